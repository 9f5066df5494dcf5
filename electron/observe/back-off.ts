export type BackOff = {
  /** Milliseconds to wait before the next attempt; each one waits longer. */
  next(): number
  reset(): void
}

/** Doubles from `firstMs` to `mostMs`; the upper half is left to chance, so that many do not march in step. */
export function backOff(parts: {
  firstMs: number
  mostMs: number
  random?: () => number
}): BackOff {
  const random = parts.random ?? Math.random
  let failures = 0
  return {
    next() {
      const wholeMs = Math.min(parts.mostMs, parts.firstMs * 2 ** failures)
      failures += 1
      return wholeMs / 2 + (wholeMs / 2) * random()
    },
    reset() {
      failures = 0
    },
  }
}
