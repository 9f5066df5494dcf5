import { baselineOf } from '../../../shared/assess/monitoring/baseline.ts'
import { driftRows } from '../../../shared/assess/monitoring/drift-rows.ts'
import { monitoringView } from '../../../shared/assess/monitoring/monitoring-view.ts'
import { portRows } from '../../../shared/assess/monitoring/port-rows.ts'
import type { Baseline, MonitoringSights } from '../../../shared/domain/monitoring.ts'
import type { ObservedState } from '../../../shared/domain/observed-state.ts'
import { lastSeen } from '../../../shared/domain/reading.ts'
import type { Stack } from '../../../shared/domain/stack.ts'
import { homeContainers } from '../../../shared/domain/whereabouts.ts'
import type { FileChanges } from '../../../shared/ipc/file-changes.ts'
import type { MonitoringView } from '../../../shared/ipc/monitoring-view.ts'
import type { FindingView, StatusView, TimelineEntry } from '../../../shared/ipc/status.ts'
import { endpointsOf } from '../../../shared/stack/endpoints.ts'
import type { AcceptedContents } from '../changes/accepted-contents.ts'
import { fileChanges } from '../changes/file-changes.ts'
import { noteChanges } from '../changes/note-changes.ts'
import type { Beyond } from '../guarded-stack.ts'
import type { Baselines } from '../keep/baselines.ts'
import type { MonitoringWatch } from './watch-monitoring.ts'

type MonitoredParts = {
  /** Absent where only the place is guarded. */
  watch: MonitoringWatch | undefined
  baselines: Baselines
  contents: AcceptedContents
  observed: () => ObservedState
  /** The stack of this name that is in force. */
  stackNamed: (name: string) => Stack | undefined
  /** What happens to the files of a stack, for the timeline. */
  record: (entry: TimelineEntry) => void
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
  /** What differs in a watched file from what was accepted. Rejects for any other path. */
  changes(stack: string, path: string): Promise<FileChanges>
  /** To be called when something new has been seen. */
  noteChanges(stacks: readonly string[]): Promise<void>
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
  const { watch, baselines, contents, observed, now } = parts
  const changesOf = fileChanges(contents)
  const note = noteChanges({ changesOf, record: parts.record, now })
  const accepting = new Set<string>()

  function seen(name: string): { stack: Stack; sights: MonitoringSights } | undefined {
    const stack = parts.stackNamed(name)
    const sights = watch?.sights(name)
    return stack && sights && { stack, sights }
  }

  /** The bytes are there before the baseline names them. */
  async function keep(name: string, baseline: Baseline): Promise<void> {
    accepting.add(name)
    try {
      const kept = await contents.keep(baseline.files)
      await baselines.accept(name, { ...baseline, ...kept })
    } finally {
      accepting.delete(name)
    }
    // What nobody names any more is in nobody's way.
    await contents.sweep().catch(() => undefined)
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
      await keep(name, baseline.value)
    },
    async acceptFirst({ stack: name, findings }) {
      if (name === null || findings.some(isTrouble)) return false
      const one = seen(name)
      if (!one || isEarly(one.sights) || !(await baselines.lacks(name))) return false
      if (accepting.has(name)) return false
      const baseline = baselineOf(observed(), one.stack, one.sights, now())
      if (!baseline.ok) return false
      await keep(name, baseline.value)
      return true
    },
    async changes(name, path) {
      const baseline = await baselines.newest(name)
      if (!baseline) throw new Error(`Nothing of ${name} has been accepted yet.`)
      const sights = watch?.sights(name)
      const files = (sights && lastSeen(sights.files)) ?? []
      // Only what belongs to the stack is ever read and shown.
      const accepted = baseline.files[path] ?? baseline.contents?.[path]
      if (accepted === undefined && files.every((file) => file.path !== path)) {
        throw new Error(`${path} is no file of ${name}.`)
      }
      return changesOf(path, baseline)
    },
    async noteChanges(stacks) {
      for (const name of stacks) {
        const sights = watch?.sights(name)
        if (sights) await note(name, sights, baselines.of(name))
      }
    },
  }
}
