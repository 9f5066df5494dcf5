import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import type { SourceItem } from '../source.ts'
import { blockFacts } from './block-facts.ts'

const whole = '01HZZZZZZZZZZZZZZZZZZZZZZZ'
const broken = '01J00000000000000000000000'

const item = (path: string, text?: string): SourceItem => ({
  ...{ path, mode: 0o644, uid: 0, gid: 0, mtimeSeconds: 0, sizeBytes: text?.length ?? 0 },
  type: text === undefined ? 'directory' : 'file',
  ...(text !== undefined && { open: () => Readable.from([Buffer.from(text)]) }),
})

test('blocks are counted, their times learned, and what is not whole is told', async () => {
  const meta = JSON.stringify({
    minTime: 1e12,
    maxTime: 1e12 + 7_200_000,
    stats: { numSamples: 42 },
  })
  const blocks = blockFacts()
  const texts: Record<string, string> = {}
  async function* all() {
    yield item('.')
    yield item(whole)
    yield item(`${whole}/index`, 'an index')
    yield item(`${whole}/meta.json`, meta)
    yield item(broken)
    yield item(`${broken}/meta.json`, 'no JSON')
    yield item('wal')
  }
  for await (const { path, open } of blocks.learnFrom(all())) {
    if (!open) continue
    const chunks: unknown[] = []
    for await (const chunk of await open()) chunks.push(chunk)
    texts[path] = Buffer.concat(chunks as Buffer[]).toString()
  }
  expect(texts[`${whole}/meta.json`]).toBe(meta)
  expect(texts[`${broken}/meta.json`]).toBe('no JSON')
  expect(blocks.facts()).toEqual({
    ...{ blocks: '2', samples: '42' },
    ...{ minTime: '2001-09-09T01:46:40.000Z', maxTime: '2001-09-09T03:46:40.000Z' },
  })
  expect(blocks.unfinished()).toEqual([broken])
})
