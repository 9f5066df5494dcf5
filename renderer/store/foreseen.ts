import type { Simulation } from '../../shared/ipc/simulation-view.ts'
import type { ForeseenGroup } from '../components/recover/foreseen-list.tsx'
import { contextMarks, type StackStatus } from './selectors.ts'
import { countWords } from './wording.ts'

const groups = [
  ['breaks', 'Would break', 'critical'],
  ['cannot-tell', 'Cannot be told', 'unknown'],
  ['differs', 'Would be different', 'warning'],
] as const

/** The worst first; a group of nothing is left out. */
export const foreseenGroups = ({ foreseen }: Simulation): ForeseenGroup[] =>
  groups.flatMap(([verdict, title, state]) => {
    const lines = foreseen.filter((one) => one.verdict === verdict)
    return lines.length === 0 ? [] : [{ title, state, lines }]
  })

/** `2 things would break on default.`; what cannot be told is never told as fine. */
export function foreseenWords({ foreseen, context }: Simulation): string {
  const count = (verdict: Simulation['foreseen'][number]['verdict']) =>
    foreseen.filter((one) => one.verdict === verdict).length
  const [breaks, untold] = [count('breaks'), count('cannot-tell')]
  if (breaks > 0) return `${countWords(breaks, 'thing')} would break on ${context}.`
  if (untold > 0) return `Whether it would work on ${context} cannot be told.`
  if (foreseen.length > 0)
    return `Nothing would break on ${context}, and not all would be the same.`
  return `Nothing that Sentinel knows of would break on ${context}.`
}

/** Contexts that lead somewhere else than home. */
export const otherPlaces = (status: StackStatus): string[] => {
  const home = status.engines.find((engine) => engine.home)?.contexts ?? []
  return contextMarks(status)
    .filter((mark) => !mark.home && !home.includes(mark.name))
    .map(({ name }) => name)
}
