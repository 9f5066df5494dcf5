/** Something that is watched for as long as it is wanted. */
type Watched = { stop(): Promise<void> }

/**
 * Keeps one watch for each thing that is wanted, and tells of all of them together. What changes
 * in one turn of the loop is told once; after `stop` nothing is told any more.
 */
export interface KeptInStep<W, P> {
  readonly places: ReadonlyMap<string, P>
  /** Opens what is new, closes what is not wanted any more. */
  setWanted(wanted: ReadonlyMap<string, W>): void
  changed(): void
  publishNow(): void
  /** Resolves when everything that was ever opened is closed. */
  stop(): Promise<void>
}

type KeptInStepParts<W, P> = {
  open: (key: string, wanted: W) => P
  /** It is wanted still, perhaps otherwise. */
  keep?: (place: P, wanted: W) => void
  watchIn: (place: P) => Watched
  publish: () => void
}

export function keptInStep<W, P>(parts: KeptInStepParts<W, P>): KeptInStep<W, P> {
  const places = new Map<string, P>()
  const leaving = new Set<Promise<void>>()
  let publishing: NodeJS.Immediate | undefined
  let stopped = false

  function publishNow(): void {
    clearImmediate(publishing)
    publishing = undefined
    if (!stopped) parts.publish()
  }

  function changed(): void {
    publishing ??= setImmediate(publishNow)
  }

  function close(key: string, place: P): void {
    places.delete(key)
    const left = parts.watchIn(place).stop()
    leaving.add(left)
    void left.finally(() => leaving.delete(left))
  }

  return {
    places,
    setWanted(wanted) {
      if (stopped) return
      for (const [key, place] of places) if (!wanted.has(key)) close(key, place)
      for (const [key, one] of wanted) {
        const place = places.get(key)
        if (place === undefined) places.set(key, parts.open(key, one))
        else parts.keep?.(place, one)
      }
      changed()
    },
    changed,
    publishNow,
    async stop() {
      stopped = true
      clearImmediate(publishing)
      for (const [key, place] of places) close(key, place)
      await Promise.all(leaving)
    },
  }
}
