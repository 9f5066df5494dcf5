/** The same numbers for the same seed, everywhere: what a test found by chance is found again. */
export type Random = {
  /** From 0 to below `below`, whole. */
  upTo(below: number): number
  oneOf<T>(things: readonly T[]): T
  chance(probability: number): boolean
}

/** Mulberry32, a 32-bit generator of Tommy Ettinger's, in the public domain. */
export function seededRandom(seed: number): Random {
  let state = seed | 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const upTo = (below: number) => Math.floor(next() * below)
  return {
    upTo,
    oneOf<T>(things: readonly T[]): T {
      if (things.length === 0) throw new Error('There is nothing to choose from.')
      return things[upTo(things.length)] as T
    },
    chance: (probability) => next() < probability,
  }
}
