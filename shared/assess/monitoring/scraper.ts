import type { Container } from '../../domain/container.ts'
import { homeSight, isUp, type Place, placesOf } from '../../domain/whereabouts.ts'
import type { Situation } from '../situation.ts'

/** Where a service really runs now: at home if it does, else wherever it was started. */
export function scraperOf(
  { observed, stack }: Situation,
  { project, service }: { project: string; service: string },
): Place | undefined {
  const up = placesOf(observed, project, service).filter(({ container }) => isUp(container))
  const home = homeSight(observed, stack.home)
  return up.find(({ sight }) => sight === home) ?? up[0]
}

/** The other containers on the same engine. */
export const siblingsOf = ({ sight, container }: Place): readonly Container[] =>
  sight.containers.status === 'known'
    ? sight.containers.value.filter((one) => one !== container)
    : []
