import { z } from 'zod'
import type { AskInside } from './ask-inside.ts'

/** Samples of each series that was counted, by `job instance`. */
export type Counts = Readonly<Record<string, number>>

/** Epoch milliseconds, both ends counted. */
export type Range = { from: number; to: number }

/** What every target of a scrape has, and nothing else is as cheap to count. */
export const everyTarget = 'up'
/** Where nothing is scraped, and all of it is pushed. */
export const everything = '{__name__!=""}'

/** Six hours of ten thousand targets, each every fifteen seconds, are below `query.max-samples`. */
const chunkMs = 6 * 3600 * 1000

const vector = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('vector'),
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        value: z.tuple([z.number(), z.string()]),
      }),
    ),
  }),
})
const buildAnswer = z.object({ data: z.object({ version: z.string() }) })

async function query(ask: AskInside, expression: string, atMs: number) {
  const asked = new URLSearchParams({ query: expression, time: (atMs / 1000).toFixed(3) })
  const said = vector.safeParse(await ask(`/api/v1/query?${asked}`))
  if (said.success) return said.data.data.result
  throw new Error(`Prometheus did not answer ${expression}, so its samples cannot be counted.`)
}

/** Each sample of the range once, in pieces that Prometheus is willing to load. */
export async function countSamples(
  ask: AskInside,
  selector: string,
  { from, to }: Range,
): Promise<Counts> {
  const isLeftOpen = await leavesOutTheFirst(ask)
  const counts: Record<string, number> = {}
  for (const piece of piecesOf({ from, to })) {
    // A range of nothing is refused.
    const ms = Math.max(piece.to - piece.from + (isLeftOpen ? 1 : 0), 1)
    const expression = `sum by (job, instance) (count_over_time(${selector}[${ms}ms]))`
    for (const { metric, value } of await query(ask, expression, piece.to)) {
      const series = `${metric['job'] ?? ''} ${metric['instance'] ?? ''}`
      counts[series] = (counts[series] ?? 0) + Number(value[1])
    }
  }
  return counts
}

export function piecesOf({ from, to }: Range): Range[] {
  const pieces: Range[] = []
  for (let start = from; start <= to; ) {
    const next = (Math.floor(start / chunkMs) + 1) * chunkMs
    pieces.push({ from: start, to: Math.min(next - 1, to) })
    start = next
  }
  return pieces
}

/** Ranges are open on their left since 3.0 (its migration guide, "Range selectors"). */
async function leavesOutTheFirst(ask: AskInside): Promise<boolean> {
  const said = buildAnswer.safeParse(await ask('/api/v1/status/buildinfo'))
  return said.success && Number.parseInt(said.data.data.version, 10) >= 3
}

/** When the newest sample before a moment was taken, no further back than a week. */
export async function lastBefore(
  ask: AskInside,
  selector: string,
  ms: number,
): Promise<number | undefined> {
  for (const [range, step] of [
    ['30m', '5s'],
    ['7d', '4m'],
  ]) {
    const until = (ms / 1000).toFixed(3)
    const expression = `max(max_over_time((timestamp(${selector}) < ${until})[${range}:${step}]))`
    const [found] = await query(ask, expression, ms + 240_000)
    if (found) return Math.round(Number(found.value[1]) * 1000)
  }
  return undefined
}

export const totalOf = (counts: Counts): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0)

/**
 * What has fewer samples than it must: those of both sides, less what may be the same moment twice,
 * for Prometheus keeps one sample for each. Empty when nothing was lost.
 */
export function missingFrom(
  after: Counts,
  { home, within, carried }: { home: Counts; within: Counts; carried: Counts },
): string[] {
  const series = new Set([...Object.keys(home), ...Object.keys(carried)])
  return [...series].flatMap((one) => {
    const more = carried[one] ?? 0
    const twice = Math.min(within[one] ?? 0, more)
    const expected = (home[one] ?? 0) + more - twice
    const found = after[one] ?? 0
    return found >= expected ? [] : [`${one} has ${found} samples, expected ${expected}`]
  })
}
