import { setTimeout } from 'node:timers/promises'

/** Looks until `look` returns something other than undefined; its last words are in the failure. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  withinMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + withinMs
  let problem: unknown
  while (Date.now() < deadline) {
    try {
      const seen = await look()
      if (seen !== undefined) return seen
    } catch (error) {
      problem = error
    }
    await setTimeout(40)
  }
  throw new Error(`not within ${withinMs} ms: ${what}`, { cause: problem })
}
