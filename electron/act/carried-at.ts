import { type OperationRecord, readOperations } from './operation-directory.ts'

/** When what a container had recorded was last carried home, by the ID of the container. */
export type CarriedAt = () => Promise<ReadonlyMap<string, number>>

/** By the journals of this machine: what was merged and counted, and not undone. */
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
  return steps.flatMap((step, index): [string, number][] => {
    if (step.kind !== 'MergeSamples') return []
    const own = records.filter((record) => 'step' in record && record.step === index)
    const done = own.find(({ type }) => type === 'done')
    // Half undone counts as undone: adding twice what is there is harmless.
    const isUndone = own.some(({ type }) => type === 'undo')
    return done === undefined || isUndone ? [] : [[step.savedFrom, Date.parse(done.at)]]
  })
}
