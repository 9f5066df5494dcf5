import { Readable } from 'node:stream'
import type { SourceItem } from '../source.ts'

/** What a program's API gave, as files: readable ones, for the owner of the backup alone. */
export async function* documentItems(
  documents: AsyncIterable<{ path: string; value: unknown }>,
): AsyncGenerator<SourceItem> {
  const own = {
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
    mtimeSeconds: Math.floor(Date.now() / 1000),
  }
  const directories = new Set<string>()
  yield { ...own, path: '.', type: 'directory', mode: 0o700, sizeBytes: 0 }
  for await (const { path, value } of documents) {
    const [directory = ''] = path.split('/')
    if (directory !== path && !directories.has(directory)) {
      directories.add(directory)
      yield { ...own, path: directory, type: 'directory', mode: 0o700, sizeBytes: 0 }
    }
    const content = Buffer.from(`${JSON.stringify(value, null, 2)}\n`)
    yield {
      ...own,
      path,
      type: 'file',
      mode: 0o600,
      sizeBytes: content.length,
      open: () => Readable.from([content], { objectMode: false }),
    }
  }
}
