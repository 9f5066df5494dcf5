type Moment = { at: number; freeBytes: number }

const longestMs = 60 * 60_000
/** Less says more about one big file than about the day. */
const shortestMs = 10 * 60_000
const betweenMs = 60_000

/** Remembers for an hour what was free on each disk, and tells how fast it becomes less. */
export class FillRates {
  readonly #moments = new Map<string, Moment[]>()

  /** Bytes an hour, below zero while it empties; undefined until it was watched for ten minutes. */
  after(mount: string, freeBytes: number, at: number): number | undefined {
    const kept = (this.#moments.get(mount) ?? []).filter((one) => one.at >= at - longestMs)
    const newest = kept.at(-1)
    if (newest === undefined || at - newest.at >= betweenMs) kept.push({ at, freeBytes })
    this.#moments.set(mount, kept)
    const [oldest] = kept
    if (oldest === undefined || at - oldest.at < shortestMs) return undefined
    return Math.round(((oldest.freeBytes - freeBytes) / (at - oldest.at)) * 3_600_000)
  }
}
