/** One line of the report: what was measured, against what, and whether the claim holds. */
export type Measured = {
  what: string
  ours: number
  unit: 'ms' | '% of a core' | 'MiB' | 'processes' | 'requests'
  /** What it stands beside, measured in the same run. */
  beside?: { what: string; value: number }
  /** Of ours alone, or of ours / beside. */
  claim?: { atMost: number; of: 'ours' | 'ratio' }
}

const ratioOf = ({ ours, beside }: Measured): number | undefined => beside && ours / beside.value

/** The claim holds, does not, or there is none. */
export function verdictOf(one: Measured): 'holds' | 'FAILS' | '' {
  const { ours, claim } = one
  if (!claim) return ''
  const value = claim.of === 'ours' ? ours : ratioOf(one)
  return value !== undefined && value <= claim.atMost ? 'holds' : 'FAILS'
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

const figure = (value: number) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3))

export function printReport(all: readonly Measured[]): void {
  const ratios = all.map(ratioOf)
  const rows = all.map((one, index) => [
    one.what,
    `${figure(one.ours)} ${one.unit}`,
    one.beside ? `${figure(one.beside.value)} ${one.unit} ${one.beside.what}` : '',
    ratios[index] === undefined ? '' : `× ${figure(ratios[index])}`,
    one.claim ? `≤ ${one.claim.atMost}${one.claim.of === 'ratio' ? ' ×' : ` ${one.unit}`}` : '',
    verdictOf(one),
  ])
  const head = ['what', 'ours', 'beside', 'ratio', 'claim', '']
  const table = [head, head.map(() => '---'), ...rows]
  for (const row of table) console.log(`| ${row.join(' | ')} |`)
  console.log(
    JSON.stringify(
      all.map((one, index) => ({ ...one, ratio: ratios[index], verdict: verdictOf(one) })),
    ),
  )
}
