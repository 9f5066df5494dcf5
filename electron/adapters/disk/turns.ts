import { randomBytes } from 'node:crypto'
import { link, mkdir, readdir, readFile, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { writeWhole } from './write-whole.ts'

// One at a time on this machine, whichever process. The turns are numbered files in one
// directory; the highest number counts. It is taken while its process lives, free once it ends
// in `.over` or its process is gone, and the next turn is the next number. Nobody ever removes
// the highest one, so that two who find the same dead process cannot both take over: only one
// of them can make the next file.

export const turnHolderSchema = z.strictObject({
  pid: z.number().int(),
  /** Field 22 of /proc/<pid>/stat: a process ID alone comes back with another process. */
  startedAt: z.string(),
  /** Start times count from boot. */
  boot: z.string(),
  operation: z.string(),
})
export type TurnHolder = z.infer<typeof turnHolderSchema>

export type Turn = {
  /** Lets the next one in. */
  over(): Promise<void>
}

/** Somebody else has the turn. */
export class TurnTaken extends Error {
  readonly holder: TurnHolder

  constructor(holder: TurnHolder) {
    super(`It is the turn of process ${holder.pid} (${holder.operation}).`)
    this.name = 'TurnTaken'
    this.holder = holder
  }
}

/** Rejects with `TurnTaken` while another one has it. Survives kill -9. */
export async function takeTurnIn(directory: string, operation: string): Promise<Turn> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const own = await ownTurnFile(operation)
  const draft = join(directory, `draft-${randomBytes(6).toString('hex')}`)
  await writeWhole(draft, JSON.stringify(own))
  try {
    for (;;) {
      const highest = await highestTurn(directory)
      const holder = await liveHolder(highest)
      if (holder) throw new TurnTaken(holder)
      const turn = await claim(directory, draft, (highest?.number ?? 0) + 1)
      if (turn) return turn
    }
  } finally {
    await unlink(draft).catch(() => {})
  }
}

/** Whose turn it is now, if anybody's. */
export async function turnHolderIn(directory: string): Promise<TurnHolder | undefined> {
  return liveHolder(await highestTurn(directory))
}

/** This process, as it stands in what it leaves for others. */
export const holderHere = (operation: string): Promise<TurnHolder> => ownTurnFile(operation)

/** Whether the process that wrote this is still there: the same one, since the same start of the machine. */
export async function isHolderThere(holder: TurnHolder): Promise<boolean> {
  return holder.boot === (await bootId()) && (await startOf(holder.pid)) === holder.startedAt
}

type TurnEntry = { number: number; over: boolean; path: string }

async function turnsIn(directory: string): Promise<TurnEntry[]> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return names.flatMap((name) => {
    const match = /^(\d+)(\.over)?$/.exec(name)
    if (!match) return []
    return [{ number: Number(match[1]), over: match[2] !== undefined, path: join(directory, name) }]
  })
}

async function highestTurn(directory: string): Promise<TurnEntry | undefined> {
  const turns = await turnsIn(directory)
  return turns.sort((a, b) => a.number - b.number || Number(a.over) - Number(b.over)).at(-1)
}

async function claim(directory: string, draft: string, number: number): Promise<Turn | undefined> {
  const path = join(directory, String(number))
  try {
    // A link appears with its content or not at all, and fails where the name is taken.
    await link(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined
    throw error
  }
  const others = (await turnsIn(directory)).filter((turn) => turn.path !== path)
  if (others.some((turn) => turn.number >= number)) {
    // The number was free only because its time is long past.
    await unlink(path)
    return undefined
  }
  await Promise.all(others.map((turn) => unlink(turn.path).catch(() => {})))
  return { over: () => rename(path, `${path}.over`) }
}

async function liveHolder(turn: TurnEntry | undefined): Promise<TurnHolder | undefined> {
  if (!turn || turn.over) return undefined
  const content = await readFile(turn.path, 'utf8').catch(() => '')
  const holder = parseTurn(content)
  return holder && (await isHolderThere(holder)) ? holder : undefined
}

function parseTurn(content: string): TurnHolder | undefined {
  try {
    return turnHolderSchema.safeParse(JSON.parse(content)).data
  } catch {
    return undefined
  }
}

async function ownTurnFile(operation: string): Promise<TurnHolder> {
  const startedAt = await startOf(process.pid)
  if (startedAt === undefined) throw new Error('/proc cannot be read, so nothing can be started.')
  return { pid: process.pid, startedAt, boot: await bootId(), operation }
}

/** proc(5): the name in field 2 may itself hold spaces and brackets, so count from its end. */
async function startOf(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return isAlive(pid) ? 'unknown' : undefined
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  // A zombie holds nothing any more.
  return fields?.[0] === 'Z' || fields?.[0] === 'X' ? undefined : fields?.[19]
}

async function bootId(): Promise<string> {
  const id = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')
  return id.trim()
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
