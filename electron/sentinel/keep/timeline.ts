import { randomUUID } from 'node:crypto'
import { closeSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { type TimelineEntry, timelineEntrySchema } from '../../../shared/ipc/status.ts'
import { listeners } from '../listeners.ts'

/** What happened, for a person to look back at. */
export interface Timeline {
  /** Never throws and never waits long: a timeline that cannot be written stops no guard. */
  record(entry: TimelineEntry): void
  /** The newest `limit` entries from then on, oldest first. */
  since(iso: string, limit: number): TimelineEntry[]
  /** Everything that this process records, also what another instance had recorded before it. */
  onEntry(listener: (entry: TimelineEntry) => void): () => void
  close(): void
}

export type TimelineParts = {
  stateDirectory: string
  now: () => number
  /** Older entries go. */
  days?: number
  /** And so do the oldest beyond this many. */
  maxRows?: number
}

const day = 24 * 60 * 60 * 1000
/** Two instances that see one event record it once. */
const sameEventMs = 10_000
/** Another process writes for microseconds; the main process waits no longer than this. */
const lockWaitMs = 20
/** A lock that is held longer than this is stuck. */
const stuckAfterMs = 60_000
const maxUnwritten = 1_000
const pruneEvery = 500

const layout = `
  CREATE TABLE IF NOT EXISTS entry (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    writer TEXT NOT NULL,
    kind TEXT NOT NULL,
    stack TEXT,
    subject TEXT NOT NULL,
    sentence TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS entry_at ON entry (at);
`

const insertOnce = `
  INSERT INTO entry (at, writer, kind, stack, subject, sentence)
  SELECT :at, :writer, :kind, :stack, :subject, :sentence
  WHERE NOT EXISTS (
    SELECT 1 FROM entry
    WHERE at BETWEEN :at - ${sameEventMs} AND :at + ${sameEventMs}
      AND writer <> :writer AND kind = :kind AND stack IS :stack
      AND subject = :subject AND sentence = :sentence
  )
`

export function openTimeline(parts: TimelineParts): Timeline {
  const { now, days = 90, maxRows = 20_000 } = parts
  const path = join(parts.stateDirectory, 'timeline.sqlite')
  const writer = randomUUID()
  const told = listeners<TimelineEntry>()
  let unwritten: TimelineEntry[] = []
  /** While a full disk or another process's lock keeps the database from being written. */
  let waitingSince: number | undefined
  let sincePruned = 0
  let store = openOrBeginAnew()

  function openOrBeginAnew(): Store {
    let inode: number | undefined
    try {
      mkdirSync(parts.stateDirectory, { recursive: true, mode: 0o700 })
      inode = statSync(path, { throwIfNoEntry: false })?.ino
      return openStore(path)
    } catch (error) {
      if (isDamage(error)) return beginAnew(error, inode)
      waitingSince = now()
      unwritten.push(cannotBeKept(error))
      return storeInMemory()
    }
  }

  /** Keeps the file under another name, unless another instance has already done so. */
  function beginAnew(cause: unknown, inode: number | undefined): Store {
    const reason = (cause as Error).message
    try {
      const present = statSync(path, { throwIfNoEntry: false })
      let kept = 'nothing was there to keep'
      if (present && (inode === undefined || present.ino === inode)) {
        const setAside = `${path}.set-aside-${now()}`
        for (const suffix of ['', '-wal', '-shm']) moveIfThere(path + suffix, setAside + suffix)
        kept = `the old one was kept as ${setAside}`
      }
      const fresh = openStore(path)
      unwritten.push(own(`The timeline begins anew (${reason}); ${kept}.`))
      return fresh
    } catch (error) {
      unwritten.push(cannotBeKept(error))
      return storeInMemory()
    }
  }

  function own(sentence: string): TimelineEntry {
    const at = new Date(now()).toISOString()
    return { at, kind: 'sentinel', stack: null, subject: 'timeline', sentence }
  }

  function cannotBeKept(error: unknown): TimelineEntry {
    return own(`The timeline cannot be kept on disk for now: ${(error as Error).message}.`)
  }

  /** Writes what waits, oldest first. What meets a lock or a full disk waits for the next time. */
  function writeAll(): void {
    for (let attempt = 0; unwritten.length > 0 && attempt < 3; attempt += 1) {
      try {
        if (waitingSince !== undefined) reopen()
        for (let entry = unwritten[0]; entry; entry = unwritten[0]) {
          store.insert({ ...entry, at: Date.parse(entry.at), writer })
          unwritten.shift()
          sincePruned += 1
        }
        waitingSince = undefined
        if (sincePruned >= pruneEvery) prune()
      } catch (error) {
        if (waitingSince === undefined && !isLocked(error) && !isDamage(error)) {
          const complaint = cannotBeKept(error)
          unwritten.push(complaint)
          told.tell(complaint)
        }
        waitingSince ??= now()
        const stuck = isLocked(error) && now() - waitingSince >= stuckAfterMs
        if (!stuck && !isDamage(error)) break
        waitingSince = undefined
        replaceStore(error)
      }
    }
    unwritten = unwritten.slice(-maxUnwritten)
  }

  /** A database that could not be opened has only a stand-in in memory, with nothing in it. */
  function reopen(): void {
    if (store.inode === undefined) store = openStore(path)
  }

  function replaceStore(cause: unknown): void {
    const { inode } = store
    store.close()
    store = beginAnew(cause, inode)
  }

  function prune(): void {
    sincePruned = 0
    store.prune(now() - days * day, maxRows)
  }

  function guarded<T>(read: () => T, otherwise: T): T {
    try {
      return read()
    } catch (error) {
      if (isDamage(error)) replaceStore(error)
      return otherwise
    }
  }

  guarded(prune, undefined)
  writeAll()

  return {
    record(entry) {
      unwritten.push(entry)
      writeAll()
      told.tell(entry)
    },
    since(iso, limit) {
      writeAll()
      const from = Date.parse(iso)
      const stored = guarded(() => store.since(from, limit), [])
      const waiting = unwritten.filter((entry) => Date.parse(entry.at) >= from)
      return [...stored, ...waiting].slice(-limit)
    },
    onEntry: told.add,
    close() {
      writeAll()
      store.close()
    },
  }
}

type Row = Omit<TimelineEntry, 'at'> & { at: number; writer: string }

type Store = {
  /** Undefined in memory. */
  inode: number | undefined
  insert(row: Row): void
  since(from: number, limit: number): TimelineEntry[]
  prune(before: number, maxRows: number): void
  close(): void
}

function openStore(path: string): Store {
  // SQLite (3.50) makes files that others may read; -wal and -shm take the mode of this one.
  closeSync(openSync(path, 'a', 0o600))
  const database = new DatabaseSync(path, { timeout: lockWaitMs })
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;')
    const check = database.prepare('PRAGMA quick_check(1)').get()
    if (check?.['quick_check'] !== 'ok') throw new Error('its database is damaged')
    database.exec(layout)
    return storeIn(database, statSync(path).ino)
  } catch (error) {
    database.close()
    throw error
  }
}

function storeInMemory(): Store {
  const database = new DatabaseSync(':memory:')
  database.exec(layout)
  return storeIn(database, undefined)
}

function storeIn(database: DatabaseSync, inode: number | undefined): Store {
  const statements = new Map<string, StatementSync>()
  const prepared = (sql: string): StatementSync => {
    const statement = statements.get(sql) ?? database.prepare(sql)
    statements.set(sql, statement)
    return statement
  }
  return {
    inode,
    insert: (row) => void prepared(insertOnce).run(row),
    since: (from, limit) =>
      prepared(`SELECT at, kind, stack, subject, sentence FROM entry
                WHERE at >= ? ORDER BY at DESC, id DESC LIMIT ?`)
        .all(from, limit)
        .map((row) =>
          timelineEntrySchema.parse({ ...row, at: new Date(Number(row['at'])).toISOString() }),
        )
        .reverse(),
    prune(before, maxRows) {
      prepared('DELETE FROM entry WHERE at < ?').run(before)
      prepared('DELETE FROM entry WHERE id <= (SELECT max(id) FROM entry) - ?').run(maxRows)
    },
    close: () => database.close(),
  }
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

const codeOf = (error: unknown): number | undefined => {
  const { errcode } = error as { errcode?: number }
  // The extended codes are in the upper bits.
  return errcode === undefined ? undefined : errcode & 0xff
}

/** SQLITE_BUSY and SQLITE_LOCKED. */
const isLocked = (error: unknown): boolean => [5, 6].includes(codeOf(error) ?? -1)

/**
 * SQLITE_CORRUPT, SQLITE_NOTADB, and SQLITE_ERROR, which is another layout; or rows that
 * make no sense. A full disk or a missing permission is no reason to set a good file aside.
 */
function isDamage(error: unknown): boolean {
  // What the file system says is about the disk, not about what is in the file.
  if ((error as NodeJS.ErrnoException).syscall !== undefined) return false
  const code = codeOf(error)
  return code === undefined || [1, 11, 26].includes(code)
}
