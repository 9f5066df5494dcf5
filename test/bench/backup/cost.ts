import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** What a command took, with everything it started. */
export type Cost = { ms: number; cpuMs: number; said: string }

/** Ends with what bash knows of it: user and system seconds, of children that ended too. */
const measured = 'TIMEFORMAT="%U %S"; time "$@"'

export async function costOf(
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Cost> {
  const began = performance.now()
  const child = spawn('bash', ['-c', measured, 'bash', ...command], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  let complaints = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2_000)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-2_000)
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}: ${complaints}`)
  const ms = performance.now() - began
  const [user = Number.NaN, system = Number.NaN] = (complaints.trimEnd().split('\n').at(-1) ?? '')
    .split(' ')
    .map(Number)
  return { ms, cpuMs: (user + system) * 1000, said }
}

/** The least of so many times. */
export async function leastOf(rounds: number, measure: () => Promise<Cost>): Promise<Cost> {
  const costs: Cost[] = []
  for (let round = 0; round < rounds; round += 1) costs.push(await measure())
  return least(costs)
}

/** The quickest, and the least work. */
export const least = (costs: readonly Cost[]): Cost => ({
  ms: Math.min(...costs.map(({ ms }) => ms)),
  cpuMs: Math.min(...costs.map(({ cpuMs }) => cpuMs)),
  said: costs.at(-1)?.said ?? '',
})
