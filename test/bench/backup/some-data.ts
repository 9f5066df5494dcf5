import { randomBytes } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const blockBytes = 16 * 1024 * 1024

/** As a volume of Prometheus and Loki is: large files that do not compress, logs, small files. */
export async function someData(data: string, gigabytes = 1): Promise<void> {
  await mkdir(data)
  for (let index = 0; index < gigabytes * 48; index += 1)
    await writeFile(join(data, `block-${index}`), randomBytes(blockBytes))
  for (let index = 0; index < gigabytes * 16; index += 1)
    await writeFile(join(data, `log-${index}`), someLog())
  await mkdir(join(data, 'small'))
  for (let index = 0; index < gigabytes * 800; index += 1)
    await writeFile(join(data, 'small', `${index}.yml`), randomBytes(6_000).toString('base64'))
}

function someLog(): string {
  const lines: string[] = []
  for (let size = 0; size < blockBytes; ) {
    const line = `level=info ts=${Date.now()} caller=head.go:${size % 997} id=${randomBytes(8).toString('hex')} msg="scrape finished" target=node-exporter:9100`
    lines.push(line)
    size += line.length + 1
  }
  return lines.join('\n')
}

/** What a compaction and a day of logs leave: some blocks are gone, others new. */
export async function changeSome(data: string): Promise<void> {
  for (const index of [1, 2]) await rm(join(data, `block-${index}`))
  await writeFile(join(data, 'block-new'), randomBytes(24 * 1024 * 1024))
  for (const index of [1, 2, 3])
    await writeFile(join(data, 'small', `${index}.yml`), randomBytes(6_000).toString('base64'))
}
