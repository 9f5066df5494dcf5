import type { Readable } from 'node:stream'

export type PlacedFile = {
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
  /** Rejects with `ArchiveRefused` for what leads out, and a `DiskProblem` for what the disk refuses. */
  place(file: PlacedFile, content?: Readable | Uint8Array): Promise<void>
  /** Gives directories their modes, owners and times, which placing files in them would change. */
  finish(): Promise<PlaceReport>
  /** Lets go of the directory. Always called. */
  close(): Promise<void>
}

/** The directory must exist. */
export async function openDestination(
  directory: string,
  options: PlaceOptions = {},
): Promise<Destination> {
  throw new Error(`${directory} ${options} is not opened yet.`)
}
