import { z } from 'zod'
import type { EngineHands } from '../../adapters/docker/hands/engine-hands.ts'
import { execIfThere } from '../../adapters/docker/hands/exec-if-there.ts'

/** A Prometheus that can be asked only by a program in its own container: it has no network. */
export type AskedInside = {
  /** Undefined while it does not answer. */
  query(expression: string, atMs: number): Promise<readonly Sample[] | undefined>
  /** Its own metrics; undefined where its image has no program that gets them. */
  metrics(): Promise<string | undefined>
}
export type Sample = { labels: Readonly<Record<string, string>>; value: number }

const result = z.array(
  z.object({
    metric: z.record(z.string(), z.string()),
    value: z.tuple([z.number(), z.string()]),
  }),
)
const apiAnswer = z.object({ status: z.literal('success'), data: z.object({ result }) })

const base = 'http://127.0.0.1:9090'
/** Of 10,000 jobs. */
const mostOutputBytes = 4 * 1024 * 1024

const getters: readonly ((url: string) => readonly string[])[] = [
  (url) => ['wget', '-q', '-O', '-', url],
  (url) => ['curl', '-s', '-f', url],
]

export function askInside(
  hands: EngineHands,
  containerId: string,
  signal: AbortSignal,
): AskedInside {
  async function said(command: readonly string[]): Promise<string | 'absent' | undefined> {
    const ran = await execIfThere(hands, containerId, command, signal, { mostOutputBytes })
    if (ran === undefined) return 'absent'
    return ran.exitCode === 0 ? ran.output : undefined
  }

  async function get(path: string): Promise<string | 'absent' | undefined> {
    for (const getter of getters) {
      const text = await said(getter(`${base}${path}`))
      if (text !== 'absent') return text
    }
    return 'absent'
  }

  return {
    async query(expression, atMs) {
      const time = (atMs / 1000).toFixed(3)
      const asked = new URLSearchParams({ query: expression, time })
      const text = await get(`/api/v1/query?${asked}`)
      if (text === undefined) return undefined
      if (text !== 'absent') return samplesOf(apiAnswer.parse(JSON.parse(text)).data.result)
      // Images without a shell have promtool all the same.
      const promtool = ['promtool', 'query', 'instant', '-o', 'json', `--time=${time}`]
      const json = await said([...promtool, base, expression])
      if (json !== 'absent') return json === undefined ? undefined : samplesOf(parsed(json))
      throw new Error(
        'Its image has neither wget nor curl nor promtool, so the Prometheus on the restored data cannot be asked.',
      )
    },
    async metrics() {
      const text = await get('/metrics')
      return text === 'absent' ? undefined : text
    },
  }
}

const parsed = (json: string) => result.parse(JSON.parse(json))

const samplesOf = (all: z.infer<typeof result>): Sample[] =>
  all.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }))
