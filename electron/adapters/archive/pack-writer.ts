import type { Readable } from 'node:stream'
import type { PackMember } from './pack-member.ts'

export interface PackWriter {
  /**
   * Reads `content` to its end and resolves once all of it is on its way. Rejects with
   * `ContentChanged` when it is not `sizeBytes` long, and with the failure of `content` when
   * that breaks: then too the pack stays sound, and holds `sizeBytes` bytes under that name.
   * After any other failure only `abandon` is left. One member at a time.
   */
  add(
    member: PackMember,
    content?: Readable | Uint8Array,
  ): Promise<{ sha256: string; sizeBytes: number }>
  /** Bytes of the finished file so far, compressed and encrypted. */
  readonly writtenBytes: number
  /** Ends, syncs and closes the file (0400). The hash is that of its bytes. */
  finish(): Promise<{ sha256: string; sizeBytes: number }>
  /** Stops at once and removes the file. Harmless after `finish` has failed. */
  abandon(): Promise<void>
}

/** Makes a new file; rejects with a `DiskProblem` where one stands. */
export async function openPackWriter(
  path: string,
  options: { recipients?: readonly string[]; level?: number } = {},
): Promise<PackWriter> {
  throw new Error(`${path} ${options.level} is not written yet.`)
}
