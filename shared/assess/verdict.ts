import type { History } from '../domain/history.ts'
import type { ObservedState } from '../domain/observed-state.ts'
import type { Stack } from '../domain/stack.ts'
import { homeContainers, homeSight, isUp, nameOfEngine, placesOf } from '../domain/whereabouts.ts'
import { withoutStop } from '../kit/without-stop.ts'
import type { HeldFinding } from './finding.ts'
import { isDamage } from './monitoring/chain.ts'
import type { MonitoringVerdict } from './monitoring/monitoring-verdict.ts'
import { byCause } from './root-cause.ts'
import { lastingServices } from './situation.ts'

export type Verdict = { health: 'ok' | 'warning' | 'critical' | 'unknown'; sentence: string }

export type VerdictMatter = {
  held: readonly HeldFinding[]
  observed: ObservedState
  stack: Stack | undefined
  history: History
  /** Where somebody looks beyond the containers. */
  monitoringVerdict?: MonitoringVerdict | undefined
}

/** One word and one sentence. Critical beats unknown, unknown beats warning; unknown is never ok. */
export function verdict({ held, observed, stack, ...rest }: VerdictMatter): Verdict {
  const { monitoringVerdict: monitoring } = rest
  const firing = held.filter(({ status }) => status === 'firing').sort(byCause)
  const worst = (severity: HeldFinding['severity']): HeldFinding | undefined =>
    firing.find((finding) => finding.severity === severity)

  const critical = worst('critical')
  if (critical) return { health: 'critical', sentence: sentenceFor(critical, monitoring) }
  if (stack === undefined) {
    const sentence = firing[0]?.sentence ?? 'No stack has been adopted: run odin-sentinel adopt.'
    return { health: 'unknown', sentence }
  }
  const blind = worst('unknown')?.sentence ?? notYetSeen(observed, stack)
  if (blind) return { health: 'unknown', sentence: blind }
  const warning = worst('warning')
  const unseen = monitoring?.health === 'unknown' ? monitoring.sentence : undefined
  if (unseen) return { health: 'unknown', sentence: unseen }
  if (warning) return { health: 'warning', sentence: sentenceFor(warning, monitoring) }
  const well = allIsWell(observed, stack, held)
  return { health: 'ok', sentence: monitoring ? `${monitoring.sentence} ${well}` : well }
}

/** What is broken in the chain is told with its cause, and where it is broken first. */
const sentenceFor = (finding: HeldFinding, monitoring: MonitoringVerdict | undefined): string =>
  monitoring !== undefined && isDamage(finding.code) ? monitoring.sentence : finding.sentence

/** Before the first looks, and within the hold time of what is wrong, there is nothing to go by. */
function notYetSeen(observed: ObservedState, stack: Stack): string | undefined {
  if (observed.contexts.status === 'unknown') {
    return `The Docker contexts have not been seen: ${withoutStop(observed.contexts.failure.message)}.`
  }
  if (homeContainers(observed, stack.home) !== undefined) return undefined
  return `What runs on ${stack.home.context} is not known.`
}

function allIsWell(observed: ObservedState, stack: Stack, held: readonly HeldFinding[]): string {
  const sight = homeSight(observed, stack.home)
  const where = sight ? nameOfEngine(observed, sight, stack.home) : stack.home.context
  const services = lastingServices(stack)
  const up = services.filter(({ project, service }) =>
    placesOf(observed, project, service.name).some(
      (place) => place.sight === sight && isUp(place.container),
    ),
  )
  const waiting = held.some(({ status }) => status === 'pending')
  if (up.length < services.length || waiting) {
    return `${up.length} of ${services.length} services run on ${where}; Sentinel is looking again.`
  }
  const all = services.length === 1 ? 'The one service runs' : `All ${services.length} services run`
  return `${all} on ${where}, where ${services.length === 1 ? 'it belongs' : 'they belong'}.`
}
