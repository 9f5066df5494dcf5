import { type OperationRecord, readOperations } from './operation-directory.ts'

/** When what a container had recorded by then was last carried home, by the ID of the container. */
export type CarriedAt = () => Promise<ReadonlyMap<string, number>>

/**
 * By the journals of this machine: what was merged and counted, and not undone. The time is that
 * of its copy: what a container recorded until the merge was over has not been carried.
 */
export async function carriedAt(stateDirectory: string): Promise<ReadonlyMap<string, number>> {
  const carried = new Map<string, number>()
  for (const operation of await readOperations(stateDirectory)) {
    for (const [containerId, at] of carriedBy(operation)) {
      carried.set(containerId, Math.max(at, carried.get(containerId) ?? 0))
    }
  }
  return carried
}

function carriedBy({ file, records }: OperationRecord): [containerId: string, at: number][] {
  const steps = file?.plan.steps ?? []
  const of = (step: number, type: 'done' | 'undo') =>
    records.find((record) => record.type === type && record.step === step)
  return steps.flatMap((step, index): [string, number][] => {
    if (step.kind !== 'MergeSamples') return []
    // Half undone counts as undone: adding twice what is there is harmless.
    if (!of(index, 'done') || of(index, 'undo')) return []
    const saved = steps.findIndex(
      (one) => one.kind === 'SaveSamples' && one.containerId === step.savedFrom,
    )
    const copied = of(saved, 'done')
    return copied ? [[step.savedFrom, Date.parse(copied.at)]] : []
  })
}
