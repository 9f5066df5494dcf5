import { shortId } from '../../shared/domain/short-id.ts'
import type { PlanProposal } from '../../shared/ipc/contract.ts'
import { clockWords, dayWords } from './wording.ts'

type FilesFrom = NonNullable<(PlanProposal & { kind: 'plan' })['filesFrom']>

/** Where configuration may come from, as a person reads it. What was asked for is always among it. */
export function sourceChoices(
  { choices }: FilesFrom,
  chosen: string,
): { value: string; label: string }[] {
  const told = choices.map((choice) => ({ value: choice.value, label: labelOf(choice) }))
  const isTold = told.some(({ value }) => value === chosen)
  return isTold ? told : [...told, { value: chosen, label: otherLabel(chosen) }]
}

function labelOf(choice: FilesFrom['choices'][number]): string {
  if (choice.kind === 'accepted') return 'Accepted text'
  if (choice.kind === 'snapshot') {
    return `Snapshot of ${dayWords(choice.at)}, ${clockWords(choice.at)}`
  }
  return choice.trees > 1
    ? 'Last good commit of each work tree'
    : `Last good commit ${choice.commit.slice(0, 7)}, ${choice.subject}`
}

function otherLabel(chosen: string): string {
  if (chosen === 'accepted') return 'Accepted text, which was not kept'
  if (chosen === 'git') return 'Last good commit'
  return chosen.startsWith('git:') ? `Commit ${chosen.slice(4)}` : `Snapshot ${shortId(chosen)}`
}
