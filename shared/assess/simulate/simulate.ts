import type { EngineSight } from '../../domain/engine.ts'
import type { MonitoringSights } from '../../domain/monitoring.ts'
import { known } from '../../domain/reading.ts'
import { homeContainers, homeSight } from '../../domain/whereabouts.ts'
import type { Foreseen } from '../../ipc/simulation-view.ts'
import { targetCannotWork } from '../rules/prometheus/target-cannot-work.ts'
import type { Situation } from '../situation.ts'
import { bindMounts, measuredMachine } from './foreseen-mounts.ts'
import { gpus, images, ports, volumes } from './foreseen-resources.ts'
import type { Destination, Move } from './move.ts'

/**
 * What would break if the stack ran on another engine as it is, told before anything is moved.
 * Undefined while the containers at home cannot be seen. What cannot be known is told as that.
 */
export function simulate(situation: Situation, destination: Destination): Foreseen[] | undefined {
  const { observed, stack } = situation
  const containers = homeContainers(observed, stack.home)?.filter(({ oneOff }) => !oneOff)
  if (!containers) return undefined
  const move: Move = { situation, stack, containers, destination }
  return [
    ...volumes(move),
    ...addresses(move),
    ...gpus(move),
    ...bindMounts(move),
    ...ports(move),
    ...images(move),
    ...measuredMachine(move),
  ]
}

/** The static rules table, asked about the other kind of engine. */
function addresses({ situation, containers, destination }: Move): Foreseen[] {
  const { observed, stack, monitoring } = situation
  const home = homeSight(observed, stack.home)
  if (!monitoring || !home) {
    const sentence = 'Nobody looks at Prometheus and Grafana, so their addresses cannot be told.'
    return [
      { what: 'address', verdict: 'cannot-tell', subject: stack.name, sentence, remedy: null },
    ]
  }
  // Home itself, as if it were an engine of the other kind.
  const moved: EngineSight = {
    ...home,
    contexts: [destination.context],
    engine: known({ ...destination.engine, id: stack.home.engineId }, situation.now),
    containers: known(containers, situation.now),
  }
  const supposed: Situation = {
    ...situation,
    observed: { ...observed, engines: [moved] },
    monitoring: withoutAnswers(monitoring),
  }
  return targetCannotWork(supposed).map(({ sentence, evidence, subject }) => ({
    what: 'address',
    verdict: 'breaks',
    subject,
    sentence,
    remedy: evidence['patch'] ?? evidence['remedy'] ?? null,
  }))
}

/** What is reached at home says nothing about another place. */
const withoutAnswers = (monitoring: MonitoringSights): MonitoringSights => ({
  ...monitoring,
  prometheus: monitoring.prometheus.map((sight) => {
    if (sight.look.status !== 'known') return sight
    const targets = sight.look.value.targets.map((one) => ({ ...one, health: 'unknown' as const }))
    return { ...sight, look: { ...sight.look, value: { ...sight.look.value, targets } } }
  }),
  grafana: monitoring.grafana.map((sight) => {
    if (sight.look.status !== 'known') return sight
    const datasources = sight.look.value.datasources?.map((one) => ({
      ...one,
      health: 'unknown' as const,
    }))
    const value = { ...sight.look.value, ...(datasources && { datasources }) }
    return { ...sight, look: { ...sight.look, value } }
  }),
})
