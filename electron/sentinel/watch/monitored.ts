import { baselineOf } from '../../../shared/assess/monitoring/baseline.ts'
import { driftRows } from '../../../shared/assess/monitoring/drift-rows.ts'
import { monitoringView } from '../../../shared/assess/monitoring/monitoring-view.ts'
import { portRows } from '../../../shared/assess/monitoring/port-rows.ts'
import type { MonitoringSights } from '../../../shared/domain/monitoring.ts'
import type { ObservedState } from '../../../shared/domain/observed-state.ts'
import { lastSeen } from '../../../shared/domain/reading.ts'
import type { Stack } from '../../../shared/domain/stack.ts'
import { homeContainers } from '../../../shared/domain/whereabouts.ts'
import type { MonitoringView } from '../../../shared/ipc/monitoring-view.ts'
import type { FindingView, StatusView } from '../../../shared/ipc/status.ts'
import { endpointsOf } from '../../../shared/stack/endpoints.ts'
import type { Beyond } from '../guarded-stack.ts'
import type { Baselines } from '../keep/baselines.ts'
import type { MonitoringWatch } from './watch-monitoring.ts'

type MonitoredParts = {
  /** Absent where only the place is guarded. */
  watch: MonitoringWatch | undefined
  baselines: Baselines
  observed: () => ObservedState
  /** The stack of this name that is in force. */
  stackNamed: (name: string) => Stack | undefined
  now: () => number
}

/** What is seen of the stacks beyond their containers, and what of it was accepted as right. */
export type Monitored = {
  beyond(stack: string): Beyond
  view(stack: string): MonitoringView | null
  /** Rejects with the reason while something that belongs in a baseline cannot be seen. */
  accept(stack: string): Promise<void>
  /**
   * A stack that was adopted is right as it is then: the first time that all of it is seen and
   * without trouble is accepted without being asked. True when that was now.
   */
  acceptFirst(status: Pick<StatusView, 'stack' | 'findings'>): Promise<boolean>
}

/** What cannot be seen is no trouble by itself: a Grafana without a token, for example. */
const isTrouble = ({ status, severity }: FindingView) =>
  status !== 'resolved' && (severity === 'critical' || severity === 'warning')

/** Something has not been asked yet. */
function isEarly({ prometheus, grafana }: MonitoringSights): boolean {
  return [...prometheus, ...grafana].some(
    ({ look }) => look.status === 'unknown' && look.failure.code === 'pending',
  )
}

export function monitored(parts: MonitoredParts): Monitored {
  const { watch, baselines, observed, now } = parts

  function seen(name: string): { stack: Stack; sights: MonitoringSights } | undefined {
    const stack = parts.stackNamed(name)
    const sights = watch?.sights(name)
    return stack && sights && { stack, sights }
  }

  return {
    beyond(name) {
      const sights = watch?.sights(name)
      const baseline = baselines.of(name)
      return { ...(sights && { monitoring: sights }), ...(baseline && { baseline }) }
    },
    view(name) {
      const one = seen(name)
      if (!one) return null
      const { stack, sights } = one
      const containers = homeContainers(observed(), stack.home)
      const baseline = baselines.of(name)
      return monitoringView({
        stack: name,
        sights,
        endpoints: endpointsOf(stack, containers),
        ports: portRows(stack, lastSeen(sights.listeners) ?? []),
        drift: driftRows({ baseline, files: sights.files, containers }),
        acceptedAt: baseline?.acceptedAt,
        now: now(),
      })
    },
    async accept(name) {
      const one = seen(name)
      if (!one) throw new Error(`Nobody looks beyond the containers of ${name}.`)
      const baseline = baselineOf(observed(), one.stack, one.sights, now())
      if (!baseline.ok) throw new Error(baseline.error)
      await baselines.accept(name, baseline.value)
    },
    async acceptFirst({ stack: name, findings }) {
      if (name === null || findings.some(isTrouble)) return false
      const one = seen(name)
      if (!one || isEarly(one.sights) || !(await baselines.lacks(name))) return false
      const baseline = baselineOf(observed(), one.stack, one.sights, now())
      if (!baseline.ok) return false
      await baselines.accept(name, baseline.value)
      return true
    },
  }
}
