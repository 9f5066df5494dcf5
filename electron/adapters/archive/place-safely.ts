import {
  constants,
  type FileHandle,
  lchown,
  lutimes,
  open,
  symlink,
  unlink,
} from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { diskProblem } from '../disk/disk-problem.ts'
import { ArchiveRefused } from './archive-problem.ts'
import { linkLeadsOut } from './link-target.ts'
import { memberName } from './member-name.ts'
import { codeOf, type HeldDirectory, holdDirectory, parentsBelow } from './open-parents.ts'
import { spent } from './spent.ts'

export type PlacedFile = {
  /** Relative; `.` is the directory itself, whose mode, owner and time are then set as well. */
  path: string
  type: 'file' | 'directory' | 'symlink'
  mode: number
  uid: number
  gid: number
  mtimeSeconds: number
  linkTo?: string
}

export type PlaceOptions = {
  /** `inside` (as when left out) refuses links that lead out of the directory. */
  links?: 'inside' | 'verbatim'
  /** Keeps setuid and setgid; otherwise they are cleared from files, and it is said. */
  keepsSetuid?: boolean
  /** Everything is on the disk when `finish` resolves. */
  isDurable?: boolean
}

/** What is not as it was asked for, or was there before. */
export type PlaceReport = {
  files: number
  directories: number
  symlinks: number
  /** Entries that belong to this user instead of their owner, as only root may give files away. */
  ownersNotKept: number
  setuidCleared: readonly string[]
  /** Directories that were there before; their mode, owner and time were left alone. */
  existingDirectories: readonly string[]
}

/** Writes below one directory and nowhere else, and over nothing. */
export interface Destination {
  /**
   * Rejects with `ArchiveRefused` for what leads out, with a `DiskProblem` for what the disk
   * refuses (EEXIST where something stands), and with what `content` breaks with, unchanged; then
   * nothing of this file is left. Several may be placed at once.
   */
  place(file: PlacedFile, content?: Readable | Uint8Array): Promise<void>
  /** Gives directories their modes, owners and times, which placing files in them would change. */
  finish(): Promise<PlaceReport>
  /** Lets go of the directory. Always called. */
  close(): Promise<void>
}

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
const setuidBits = 0o6000

/** The directory must exist; parents that nobody places are made for this user alone (0700). */
export async function openDestination(
  directory: string,
  options: PlaceOptions = {},
): Promise<Destination> {
  const { links = 'inside', keepsSetuid = false, isDurable = false } = options
  const mayGiveAway = process.geteuid?.() === 0
  /** Says a failure of the disk in a sentence; what `content` breaks with never comes this way. */
  const onDisk = <T>(path: string, doing: Promise<T>): Promise<T> =>
    doing.catch((error: unknown) => {
      if (error instanceof ArchiveRefused) throw error
      const full = join(directory, path)
      const stands = codeOf(error) === 'EEXIST'
      const what = stands ? 'is not written, as nothing is overwritten' : 'cannot be written'
      throw diskProblem(error, full, `${full} ${what}`)
    })
  const root = await onDisk('', holdDirectory(directory))
  const parents = parentsBelow(root)
  const made = new Set<string>()
  /** Directories that got a new entry, to be synced in the end. */
  const touched = new Set<string>()
  const directories = new Map<string, PlacedFile>()
  const report = { files: 0, directories: 0, symlinks: 0, ownersNotKept: 0 }
  const setuidCleared: string[] = []
  const existingDirectories: string[] = []

  /** What is done in a directory that is held open is done before another one is opened. */
  let lastTurn: Promise<unknown> = Promise.resolve()

  function inDirectory<T>(
    parts: readonly string[],
    deed: (held: HeldDirectory) => Promise<T>,
  ): Promise<T> {
    const turn = lastTurn.then(async () => {
      const held = await parents.of(parts, (one) => {
        made.add(one)
        touched.add(dirname(one))
      })
      return deed(held)
    })
    lastTurn = turn.catch(() => {})
    return onDisk(parts.join('/'), turn)
  }

  function inParent<T>(path: string, deed: (at: string) => Promise<T>): Promise<T> {
    const parts = path.split('/').slice(0, -1)
    touched.add(parts.join('/') || '.')
    return inDirectory(parts, (parent) => onDisk(path, deed(parent.at(basename(path)))))
  }

  const inside = <T>(path: string, deed: (held: HeldDirectory) => Promise<T>): Promise<T> =>
    inDirectory(path === '.' ? [] : path.split('/'), deed)

  async function dress(handle: FileHandle, file: PlacedFile): Promise<void> {
    if (mayGiveAway) await handle.chown(file.uid, file.gid)
    await handle.chmod(modeOf(file))
    await handle.utimes(timeOf(file), timeOf(file))
    if (isDurable) await handle.sync()
  }

  function modeOf(file: PlacedFile): number {
    const mode = file.mode & 0o7777
    if (keepsSetuid || file.type === 'directory' || (mode & setuidBits) === 0) return mode
    setuidCleared.push(file.path)
    return mode & ~setuidBits
  }

  async function placeFile(file: PlacedFile, content: Readable | Uint8Array): Promise<void> {
    const flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
    const handle = await inParent(file.path, (path) => open(path, flags, 0o600))
    try {
      for await (const chunk of content instanceof Uint8Array ? [content] : content) {
        await onDisk(file.path, writeAll(handle, chunk))
        spent(chunk)
      }
      await onDisk(file.path, dress(handle, file))
    } catch (error) {
      await inParent(file.path, unlink).catch(() => undefined)
      throw error
    } finally {
      await handle.close()
    }
  }

  async function placeLink(file: PlacedFile, linkTo: string): Promise<void> {
    if (links === 'inside' && linkLeadsOut(file.path, linkTo)) {
      const shown = `${JSON.stringify(file.path)} is a link to ${JSON.stringify(linkTo)}`
      throw new ArchiveRefused(`${shown}, which leads out of ${directory}.`)
    }
    await inParent(file.path, async (path) => {
      await symlink(linkTo, path)
      try {
        if (mayGiveAway) await lchown(path, file.uid, file.gid)
        await lutimes(path, timeOf(file), timeOf(file))
      } catch (error) {
        await unlink(path).catch(() => undefined)
        throw error
      }
    })
  }

  async function dressDirectory(file: PlacedFile): Promise<void> {
    if (file.path !== '.' && !made.has(file.path)) {
      existingDirectories.push(file.path)
      return
    }
    await inside(file.path, ({ handle }) => onDisk(file.path, dress(handle, file)))
  }

  return {
    async place(file, content) {
      const placed = { ...file, path: memberName(file.path) }
      try {
        if (placed.type === 'directory') {
          await inside(placed.path, async () => {})
          directories.set(placed.path, placed)
        } else if (placed.path === '.') {
          throw new ArchiveRefused(`${directory} is a directory, and no ${placed.type}.`)
        } else if (placed.type === 'symlink') {
          await placeLink(placed, placed.linkTo ?? '')
        } else await placeFile(placed, content ?? new Uint8Array())
      } finally {
        if (content && !(content instanceof Uint8Array)) content.destroy()
      }
      if (!mayGiveAway && !isOwn(placed)) report.ownersNotKept++
      if (placed.type === 'file') report.files++
      if (placed.type === 'symlink') report.symlinks++
      if (placed.type === 'directory') report.directories++
    },

    async finish() {
      if (isDurable) {
        for (const path of touched) {
          await inside(path, ({ handle }) => onDisk(path, handle.sync()))
        }
      }
      // Deepest first: to give a directory its time, nothing may be done in it any more, and a
      // mode that shuts us out must not stand above what is still to come.
      const deepestFirst = [...directories.values()].sort((a, b) => depth(b.path) - depth(a.path))
      for (const file of deepestFirst) await dressDirectory(file)
      return { ...report, setuidCleared, existingDirectories }
    },

    async close() {
      await parents.close()
      await root.handle.close()
    },
  }
}

const isOwn = ({ uid, gid }: PlacedFile): boolean =>
  uid === process.geteuid?.() && gid === process.getegid?.()

/** Node (24.21) takes a number below zero for now, but not a Date before 1970. */
const timeOf = ({ mtimeSeconds }: PlacedFile): number | Date =>
  mtimeSeconds < 0 ? new Date(mtimeSeconds * 1000) : mtimeSeconds

const depth = (path: string): number => (path === '.' ? 0 : path.split('/').length)

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten
}
