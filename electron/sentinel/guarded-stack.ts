import { assess, undecided } from '../../shared/assess/assess.ts'
import type { FindingCode, HeldFinding, Incident } from '../../shared/assess/finding.ts'
import { hold, nextDeadline } from '../../shared/assess/hold.ts'
import { groupIncidents } from '../../shared/assess/incidents.ts'
import { monitoringVerdict } from '../../shared/assess/monitoring/monitoring-verdict.ts'
import { stackFileInvalid } from '../../shared/assess/rules/place/stack-file-invalid.ts'
import { statusView } from '../../shared/assess/status-view.ts'
import { verdict } from '../../shared/assess/verdict.ts'
import type { BackupSight } from '../../shared/domain/backup-sight.ts'
import { emptyHistory, type History } from '../../shared/domain/history.ts'
import type { Baseline, MonitoringSights } from '../../shared/domain/monitoring.ts'
import type { ObservedState } from '../../shared/domain/observed-state.ts'
import type { Reading } from '../../shared/domain/reading.ts'
import type { Stack } from '../../shared/domain/stack.ts'
import type { StatusView } from '../../shared/ipc/status.ts'
import type { StackInForce } from './keep/stack-in-force.ts'

/** How long a finding with this code must last before it fires, in milliseconds. */
export type HoldFor = (code: FindingCode) => number

/** The first two are absent while nobody looks beyond the containers, the third where nobody keeps backups. */
export type Beyond = {
  monitoring?: MonitoringSights
  baseline?: Baseline
  backups?: Reading<BackupSight>
}

type Matter = {
  observed: ObservedState
  history: History
  now: number
  snoozedUntil: (incident: string) => number | undefined
  beyond: (stack: string) => Beyond
}

/** One stack and what has been found about it so far. */
export type GuardedStack = {
  readonly file: string
  readonly stack: Stack | undefined
  /** The file was read again: the findings so far stay, the stack in force is another. */
  update(next: StackInForce): void
  judge(matter: Matter): StatusView
  /** When judging again would change something by the passing of time alone. */
  nextDeadline(now: number): number | undefined
}

export function guardedStack(first: StackInForce, holdFor: HoldFor): GuardedStack {
  let inForce = first
  let held: readonly HeldFinding[] = []
  let incidents: readonly Incident[] = []
  let snoozes: Record<string, number> = {}

  return {
    file: first.file,
    get stack() {
      return inForce.stack
    },
    update(next) {
      inForce = next
    },
    judge({ observed, history, now, snoozedUntil, beyond }) {
      const { stack, file, problem } = inForce
      const stackFileProblem = problem === undefined ? {} : { stackFileProblem: { file, problem } }
      const situation = stack && {
        observed,
        stack,
        history,
        now,
        ...stackFileProblem,
        ...beyond(stack.name),
      }
      const found = situation ? assess(situation) : stackFileInvalid(stackFileProblem)
      const unseen = situation ? undecided(situation) : undefined
      held = hold(held, found, now, holdFor, unseen)
      incidents = groupIncidents(held, incidents, now)
      snoozes = Object.fromEntries(
        incidents.flatMap(({ id }) => {
          const until = snoozedUntil(id)
          return until === undefined ? [] : [[id, until]]
        }),
      )
      const seen = situation?.monitoring && {
        monitoring: situation.monitoring,
        monitoringVerdict: monitoringVerdict(situation, held),
      }
      return statusView({
        observed,
        stack,
        stackFile: file,
        held,
        incidents,
        verdict: verdict({ held, observed, stack, history, ...seen }),
        snoozes,
        now,
        ...seen,
      })
    },
    nextDeadline(now) {
      const deadlines = [nextDeadline(held, now, holdFor), ...Object.values(snoozes)].filter(
        (deadline): deadline is number => deadline !== undefined && deadline >= now,
      )
      return deadlines.length === 0 ? undefined : Math.min(...deadlines)
    },
  }
}

/** What is published while there is no stack file. */
export function noStackStatus(observed: ObservedState, now: number): StatusView {
  const nothing = { observed, stack: undefined, held: [], incidents: [] }
  return statusView({
    ...nothing,
    verdict: verdict({ ...nothing, history: emptyHistory }),
    snoozes: {},
    now,
  })
}
