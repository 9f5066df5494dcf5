import type { Stats } from 'node:fs'
import {
  chmod,
  constants,
  copyFile,
  type FileHandle,
  mkdir,
  open,
  realpath,
  rename,
  rm,
  stat,
} from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { diskProblem } from './disk-problem.ts'
import { syncDirectory } from './sync-directory.ts'
import { temporaryFor } from './temporary-file.ts'

type WriteWholeOptions = {
  /** Mode of a new file. An existing one keeps its own mode and, where permitted, its owner. */
  mode?: number
  /** What a new file is to be like: exactly this mode and, where permitted, this owner. */
  like?: Pick<Stats, 'mode' | 'uid' | 'gid'>
}

/**
 * Writes a file so that a reader, or a power cut, meets the old text or the new one and
 * nothing between: a temporary file beside it, fsync, rename, fsync of the directory.
 * Makes missing directories (0700). A symbolic link stays one, and its target is written.
 * Throws a `DiskProblem`; then the old file is as it was and no temporary file is left.
 *
 * Not write-file-atomic (8.0.0): it takes one write(2) for the whole, so that on a disk
 * that is nearly full it renames a truncated file into place and reports success.
 */
export async function writeWhole(
  path: string,
  content: string | Uint8Array,
  options: WriteWholeOptions = {},
): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const target = await realpath(path).catch(() => path)
    const old = await stat(target).catch(() => undefined)
    const like = old ?? options.like
    const mode = like ? like.mode & 0o7777 : (options.mode ?? 0o600)
    const temporary = temporaryFor(target)
    try {
      await withFile(temporary, 'wx', mode, async (file) => {
        await file.writeFile(content)
        if (like) {
          await file.chown(like.uid, like.gid).catch(() => undefined)
          await file.chmod(mode)
        }
        await file.sync()
      })
      await rename(temporary, target)
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
    await syncDirectory(dirname(target))
  } catch (error) {
    throw diskProblem(error, path, `${path} cannot be written`)
  }
}

/**
 * Copies a file into a directory, for its owner alone, on disk before it returns, and says where:
 * it may hold logins, and who may read the file may not be meant to read what it held once. A copy
 * that is already there is never overwritten: the next one gets a number.
 */
export async function keepCopy(
  path: string,
  directory: string,
  name: string = basename(path),
): Promise<string> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    const copy = await copyToFreeName(path, directory, name)
    await chmod(copy, 0o600)
    await withFile(copy, 'r', 0, (file) => file.sync())
    await syncDirectory(directory)
    return copy
  } catch (error) {
    throw diskProblem(error, path, `no copy of ${path} can be kept in ${directory}`)
  }
}

async function copyToFreeName(path: string, directory: string, name: string): Promise<string> {
  for (let number = 1; ; number++) {
    const copy = join(directory, number === 1 ? name : `${name}.${number}`)
    try {
      await copyFile(path, copy, constants.COPYFILE_EXCL)
      return copy
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

async function withFile<T>(
  path: string,
  flags: string,
  mode: number,
  use: (file: FileHandle) => Promise<T>,
): Promise<T> {
  const file = await open(path, flags, mode)
  try {
    return await use(file)
  } finally {
    await file.close()
  }
}
