import type { PackMember } from './pack-member.ts'

/** What is in an archive was tampered with or is not for us: `message` says what, in a sentence. */
export class ArchiveRefused extends Error {
  constructor(sentence: string) {
    super(sentence)
    this.name = 'ArchiveRefused'
  }
}

/** An archive is cut off, has been altered, or cannot be decrypted. */
export class ArchiveDamaged extends Error {
  constructor(sentence: string, cause?: unknown) {
    super(sentence, { cause })
    this.name = 'ArchiveDamaged'
  }
}

/**
 * A file became shorter or longer while it was read. The archive is sound all the same: it holds
 * `sizeBytes` bytes under that name, cut off or filled up with zeros, and `sha256` is theirs.
 */
export class ContentChanged extends Error {
  readonly member: string
  readonly sha256: string
  readonly sizeBytes: number
  /** How many bytes really came; more than `sizeBytes` once it was longer, then not all were read. */
  readonly readBytes: number

  constructor(member: PackMember, packed: { sha256: string; readBytes: number }) {
    const found = packed.readBytes < member.sizeBytes ? 'shorter' : 'longer'
    super(
      `${member.name} became ${found} while it was read, ${member.sizeBytes} bytes were expected.`,
    )
    this.name = 'ContentChanged'
    this.member = member.name
    this.sha256 = packed.sha256
    this.sizeBytes = member.sizeBytes
    this.readBytes = packed.readBytes
  }
}
