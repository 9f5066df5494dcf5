import type { ContainerEvent } from '../../adapters/docker/engine-client.ts'

export const rememberedMs = 5 * 60_000

/** When containers died in the last five minutes, from the events that told of it. */
export class Deaths {
  readonly #times = new Map<string, number[]>()

  /** The same event may come again when a stream is replayed. */
  note({ action, containerId, at }: ContainerEvent): void {
    if (action !== 'die') return
    const times = this.#times.get(containerId) ?? []
    if (times.includes(at)) return
    this.#times.set(
      containerId,
      [...times, at].sort((a, b) => a - b),
    )
  }

  of(containerId: string, now: number): readonly number[] {
    // What died on a day to come was seen before the clock was set back.
    return (this.#times.get(containerId) ?? []).filter(
      (at) => at > now - rememberedMs && at < now + rememberedMs,
    )
  }

  forgetAll(): void {
    this.#times.clear()
  }

  forgetOld(now: number): void {
    for (const [id, times] of this.#times) {
      if (times.every((at) => at <= now - rememberedMs)) this.#times.delete(id)
    }
  }
}
