/** A header block with whatever fields, and the content after it: for archives that no tar writes. */
export type Block = {
  name?: string | Buffer
  kind?: string
  content?: Buffer | string
  /** When it is to lie about its content. */
  size?: number
  link?: string
  mode?: number
  magic?: string
  checksum?: number
}

export function aTarEntry(block: Block): Buffer {
  const content = Buffer.from(block.content ?? '')
  const header = Buffer.alloc(512)
  header.set(Buffer.from(block.name ?? 'a'), 0)
  header.write((block.mode ?? 0o644).toString(8).padStart(7, '0'), 100)
  header.write('0000000', 108)
  header.write('0000000', 116)
  header.write((block.size ?? content.length).toString(8).padStart(11, '0'), 124)
  header.write('15157645000', 136)
  header.write(block.kind ?? '0', 156)
  header.write(block.link ?? '', 157)
  header.write(block.magic ?? 'ustar\x0000', 257)
  header.write('        ', 148)
  const sum = block.checksum ?? header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  const fill = Buffer.alloc((512 - (content.length % 512)) % 512)
  return Buffer.concat([header, content, fill])
}

/** Entries and the two blocks of zeros that end an archive. */
export const aTar = (...blocks: readonly Block[]): Buffer =>
  Buffer.concat([...blocks.map(aTarEntry), Buffer.alloc(1024)])
