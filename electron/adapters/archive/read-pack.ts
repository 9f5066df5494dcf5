import type { Readable } from 'node:stream'
import type { PackMember } from './pack-member.ts'
import type { TarLimits } from './tar-entries.ts'

/**
 * Members in the order of the pack; what the callback leaves of `content` is passed over.
 * Resolves only once the whole pack has been read and found sound: until then nothing that the
 * callback received is verified. Rejects with `ArchiveDamaged`, `ArchiveRefused`, a `DiskProblem`,
 * or what the callback rejects with.
 */
export async function readPack(
  path: string,
  options: { identity?: string; signal?: AbortSignal; limits?: TarLimits },
  onMember: (member: PackMember, content: Readable) => Promise<void>,
): Promise<void> {
  throw new Error(`${path} ${options} ${onMember} is not read yet.`)
}

/** Hash and size of a file as it lies on the disk. Rejects with a `DiskProblem`. */
export async function packSha256(
  path: string,
  options: { signal?: AbortSignal; onBytes?: (bytes: number) => void } = {},
): Promise<{ sha256: string; sizeBytes: number }> {
  throw new Error(`${path} ${options} is not read yet.`)
}
