import { sentenceOf } from '../../../shared/kit/sentence-of.ts'

/** The disk said no. `message` is one sentence for a person, `code` is the system's. */
export class DiskProblem extends Error {
  readonly code: string
  readonly path: string

  constructor(code: string, path: string, message: string, cause: unknown) {
    super(message, { cause })
    this.name = 'DiskProblem'
    this.code = code
    this.path = path
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota of this user is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  ENOENT: 'there is no such file or directory',
  EEXIST: 'a file stands where a directory is needed',
  ENOTDIR: 'a part of the path is not a directory',
  EISDIR: 'it is a directory',
  ELOOP: 'its symbolic links lead in a circle',
  EIO: 'the disk reports an error',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  ENAMETOOLONG: 'the name is too long',
}

/** `what` is what could not be done, for example "/a/b cannot be written". */
export function diskProblem(error: unknown, path: string, what: string): DiskProblem {
  if (error instanceof DiskProblem) return error
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? 'other'
  const reason = reasons[code] ?? sentenceOf(error).replace(/\.$/, '')
  return new DiskProblem(code, path, `${what}: ${reason}.`, error)
}
