import { DiskProblem } from '../../adapters/disk/disk-problem.ts'

/**
 * Whether it was the data that failed. A disk that refuses for another reason (no permission, too
 * many open files) says nothing about the data, and must not mark it as damaged.
 */
export function isLoss(error: unknown): boolean {
  if (!(error instanceof DiskProblem)) return true
  return ['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', 'EIO'].includes(error.code)
}
