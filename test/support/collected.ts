/** Values that come unasked, and a way to wait for the one that matters. */
export type Collected<T> = {
  readonly all: readonly T[]
  add: (value: T) => void
  /** The first value from `from` on (default: any so far) that fits, now or whenever it comes. */
  until: <V extends T>(
    fits: ((value: T) => value is V) | ((value: T) => boolean),
    from?: number,
  ) => Promise<V>
}

export function collected<T>(): Collected<T> {
  const all: T[] = []
  const waiting = new Set<() => void>()
  return {
    all,
    add(value) {
      all.push(value)
      for (const check of [...waiting]) check()
    },
    until<V extends T>(fits: (value: T) => boolean, from = 0) {
      const { promise, resolve } = Promise.withResolvers<V>()
      const check = () => {
        const index = all.findIndex((value, at) => at >= from && fits(value))
        if (index < 0) return
        waiting.delete(check)
        resolve(all[index] as V)
      }
      waiting.add(check)
      check()
      return promise
    },
  }
}
