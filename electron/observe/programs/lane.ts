/** Runs what it is given, so many at once; the rest waits for its turn, first come, first served. */
export type Lane = <T>(work: () => Promise<T>) => Promise<T>

export function lane(atOnce: number): Lane {
  const waiting: (() => void)[] = []
  let running = 0
  return async (work) => {
    if (running < atOnce) running += 1
    // Whoever leaves hands the place on, so the count stays.
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}
