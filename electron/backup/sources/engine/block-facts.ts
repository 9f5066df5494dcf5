import { Readable } from 'node:stream'
import { z } from 'zod'
import type { SourceItem } from '../source.ts'

const meta = z.object({
  minTime: z.number(),
  maxTime: z.number(),
  stats: z.object({ numSamples: z.number().nullish() }).nullish(),
})

const ofBlock = /^([0-9A-HJKMNP-TV-Z]{26})\/(meta\.json|index)$/

/** What the blocks of Prometheus say of themselves, learned while they pass by. */
export function blockFacts() {
  const blocks = new Map<string, { hasMeta: boolean; hasIndex: boolean }>()
  let minTime = Number.POSITIVE_INFINITY
  let maxTime = Number.NEGATIVE_INFINITY
  let samples = 0

  function learn(text: string): void {
    try {
      const { success, data } = meta.safeParse(JSON.parse(text))
      if (!success) return
      minTime = Math.min(minTime, data.minTime)
      maxTime = Math.max(maxTime, data.maxTime)
      samples += data.stats?.numSamples ?? 0
    } catch {
      // A block that makes no sense is kept as it is; Prometheus will say so.
    }
  }

  async function* learnFrom(items: AsyncIterable<SourceItem>): AsyncGenerator<SourceItem> {
    for await (const item of items) {
      const [block = ''] = item.path.split('/')
      if (item.type === 'directory' && item.path.length === 26)
        blocks.set(block, { hasMeta: false, hasIndex: false })
      const [, , file] = ofBlock.exec(item.path) ?? []
      const known = blocks.get(block)
      if (known && file === 'index') known.hasIndex = true
      if (known && file === 'meta.json') known.hasMeta = true
      const { open } = item
      if (file !== 'meta.json' || !open) yield item
      else {
        yield {
          ...item,
          open: async () => {
            const chunks: Buffer[] = []
            for await (const chunk of await open()) chunks.push(chunk as Buffer)
            const content = Buffer.concat(chunks)
            learn(content.toString('utf8'))
            return Readable.from([content], { objectMode: false })
          },
        }
      }
    }
  }

  return {
    learnFrom,
    unfinished: (): string[] =>
      [...blocks].flatMap(([block, { hasMeta, hasIndex }]) => (hasMeta && hasIndex ? [] : [block])),
    facts: (): Record<string, string> => ({
      blocks: String(blocks.size),
      ...(minTime <= maxTime && {
        minTime: new Date(minTime).toISOString(),
        maxTime: new Date(maxTime).toISOString(),
        samples: String(samples),
      }),
    }),
  }
}
