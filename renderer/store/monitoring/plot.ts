export type PlotPoint = { at: number; value: number | null }
export type PlotFrame = { from: number; to: number; max: number; width: number; height: number }

/** Twice the usual distance is late; three times is a gap. */
function gapOf(points: readonly PlotPoint[]): number {
  const distances = points
    .slice(1)
    .map(({ at }, index) => at - (points[index]?.at ?? at))
    .toSorted((a, b) => a - b)
  return 3 * (distances[Math.floor(distances.length / 2)] ?? 0)
}

/**
 * One path for each stretch that is known without a gap; nothing is drawn across what is not.
 * `gap` is given where it is no gap that nothing was measured for long.
 */
export function pathsOf(
  points: readonly PlotPoint[],
  frame: PlotFrame,
  gap = gapOf(points),
): string[] {
  const stretches: { x: number; y: number }[][] = []
  let before: number | undefined
  for (const { at, value } of points) {
    if (value === null || at < frame.from || at > frame.to) {
      before = undefined
      continue
    }
    const x = ((at - frame.from) / (frame.to - frame.from)) * frame.width
    const y = frame.height * (1 - Math.min(1, Math.max(0, value / frame.max)))
    if (before === undefined || at - before > gap) stretches.push([])
    stretches.at(-1)?.push({ x, y })
    before = at
  }
  return stretches.map(([first, ...rest]) => {
    const start = `M${round(first?.x)} ${round(first?.y)}`
    // A lone point is a line of no length, which a round cap makes a dot.
    return rest.length === 0
      ? `${start}h0`
      : start + rest.map(({ x, y }) => `L${round(x)} ${round(y)}`).join('')
  })
}

const round = (value = 0): number => Math.round(value * 10) / 10
