import { randomBytes } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { mkdir, open, realpath, rename, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

export type ReplaceOptions = {
  /** Mode of a file that does not exist yet; an existing one keeps its own. */
  mode?: number
}

/**
 * Puts new content in the place of a file, whole or not at all, and durably: when this
 * resolves, the content survives a power cut. A symlink stays one and its target is
 * replaced; mode and owner stay. Missing directories are made, private to the user.
 *
 * Written out because write-file-atomic 8.0.0 takes a short write for a whole one (a disk
 * that fills up mid-write) and never syncs the directory after its rename.
 */
export async function replaceFile(
  path: string,
  content: string | Uint8Array,
  { mode = 0o600 }: ReplaceOptions = {},
): Promise<void> {
  const target = await realpath(path).catch(() => path)
  const directory = dirname(target)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const before = await stat(target).catch(() => undefined)
  const temporary = join(directory, `.${basename(target)}.${randomBytes(6).toString('hex')}`)
  const handle = await open(temporary, 'wx', 0o600)
  try {
    await fill(handle, content, before ?? { mode })
    await rename(temporary, target)
  } catch (error) {
    await unlink(temporary).catch(() => {})
    throw error
  }
  await syncDirectory(directory)
}

async function fill(
  handle: FileHandle,
  content: string | Uint8Array,
  like: { mode: number; uid?: number; gid?: number },
): Promise<void> {
  try {
    await handle.writeFile(content)
    if (like.uid !== undefined && like.gid !== undefined)
      await keepOwner(handle, like.uid, like.gid)
    await handle.chmod(like.mode & 0o7777)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function keepOwner(handle: FileHandle, uid: number, gid: number): Promise<void> {
  const own = await handle.stat()
  if (own.uid !== uid || own.gid !== gid) await handle.chown(uid, gid)
}

/** Makes the names in a directory durable: a rename or a new file is only then safe. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
