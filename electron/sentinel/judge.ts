import { isDeepStrictEqual } from 'node:util'
import { remember } from '../../shared/assess/history.ts'
import type { Situation } from '../../shared/assess/situation.ts'
import type { DockerContexts } from '../../shared/domain/docker-context.ts'
import type { EngineSight } from '../../shared/domain/engine.ts'
import type { History } from '../../shared/domain/history.ts'
import type { ObservedState } from '../../shared/domain/observed-state.ts'
import { type Reading, unknown } from '../../shared/domain/reading.ts'
import type { Stack } from '../../shared/domain/stack.ts'
import type { StatusView } from '../../shared/ipc/status.ts'
import {
  type Beyond,
  type GuardedStack,
  guardedStack,
  type HoldFor,
  noStackStatus,
} from './guarded-stack.ts'
import type { StackInForce } from './keep/stack-in-force.ts'

export type Verdict = {
  historyBefore: History
  history: History
  before: readonly StatusView[]
  after: readonly StatusView[]
}

type JudgeParts = {
  history: History
  holdFor: HoldFor
  snoozedUntil: (incident: string) => number | undefined
  /** What is seen of a stack beyond its containers, and was accepted as right. */
  beyond: (stack: string) => Beyond
  /** When time alone changes something that no stack knows of. */
  alsoDueAt: () => number | undefined
  now: () => number
  onVerdict: (verdict: Verdict) => void
}

export type Judge = {
  see(change: { contexts?: Reading<DockerContexts>; engines?: readonly EngineSight[] }): void
  guard(stacks: readonly StackInForce[]): void
  /** Judges what is there, also where something has not answered yet. */
  judgeNow(): void
  observed(): ObservedState
  /** All that a rule would know of a stack now. */
  situationOf(stack: Stack): Situation
  guards(): readonly GuardedStack[]
  statuses(): readonly StatusView[]
  stop(): void
}

/** Some rules go by the time that has passed, and not all of them name a deadline. */
const restMs = 30_000
/** Node runs a timer that is set to more than this at once, again and again. */
const longestTimerMs = 2 ** 31 - 1

/**
 * Judges what is seen to be different at once, what is seen to be the same now and then, and
 * once more when a pending finding comes due.
 * Says nothing before each source has been looked at: half a picture raises false alarms.
 */
export function judge(parts: JudgeParts): Judge {
  let observed: ObservedState = {
    revision: 0,
    contexts: unknown({ code: 'pending', message: 'Not looked at yet.' }, parts.now()),
    engines: [],
  }
  let history = parts.history
  let guards: GuardedStack[] = []
  let statuses: readonly StatusView[] = []
  let stackFilesRead = false
  let firstVerdictGiven = false
  let judgedAt = 0
  let due: NodeJS.Timeout | undefined
  let stopped = false

  function judgeNow(): void {
    if (stopped) return
    const now = parts.now()
    judgedAt = now
    const [historyBefore, before] = [history, statuses]
    history = remember(history, observed, now, { firstLook: !firstVerdictGiven })
    firstVerdictGiven = true
    const { snoozedUntil, beyond } = parts
    statuses =
      guards.length > 0
        ? guards.map((guard) => guard.judge({ observed, history, now, snoozedUntil, beyond }))
        : [noStackStatus(observed, now)]
    scheduleDeadline(now)
    parts.onVerdict({ historyBefore, history, before, after: statuses })
  }

  function scheduleDeadline(now: number): void {
    clearTimeout(due)
    const deadlines = guards.flatMap((guard) => guard.nextDeadline(now) ?? [])
    const also = parts.alsoDueAt()
    if (also !== undefined) deadlines.push(also)
    if (deadlines.length === 0) return
    const waitMs = Math.max(0, Math.min(...deadlines) - now)
    due = setTimeout(judgeNow, Math.min(waitMs, longestTimerMs))
  }

  function judgeIfWhole(): void {
    if (firstVerdictGiven || (stackFilesRead && isWhole(observed))) judgeNow()
  }

  return {
    see(change) {
      const before = observed
      observed = { ...observed, ...change, revision: observed.revision + 1 }
      const sinceMs = parts.now() - judgedAt
      const isRested = sinceMs < 0 || sinceMs >= restMs
      if (isRested || !firstVerdictGiven || differs(before, observed)) judgeIfWhole()
    },
    guard(stacks) {
      stackFilesRead = true
      guards = stacks.map((stack) => {
        const before = guards.find((guard) => guard.file === stack.file)
        before?.update(stack)
        return before ?? guardedStack(stack, parts.holdFor)
      })
      judgeIfWhole()
    },
    judgeNow,
    observed: () => observed,
    situationOf: (stack) => ({
      observed,
      stack,
      history,
      now: parts.now(),
      ...parts.beyond(stack.name),
    }),
    guards: () => guards,
    statuses: () => statuses,
    stop() {
      stopped = true
      clearTimeout(due)
    },
  }
}

/** Something else was seen; not only at another time. */
function differs(before: ObservedState, after: ObservedState): boolean {
  const timeless = ({ contexts, engines }: ObservedState) => [
    { ...contexts, observedAt: 0 },
    engines.map((sight) => ({
      ...sight,
      engine: { ...sight.engine, observedAt: 0 },
      containers: { ...sight.containers, observedAt: 0 },
    })),
  ]
  return !isDeepStrictEqual(timeless(before), timeless(after))
}

const isPending = (reading: Reading<unknown>) =>
  reading.status === 'unknown' && reading.failure.code === 'pending'

/** Everything there is to look at has been looked at, whatever came of it. */
function isWhole({ contexts, engines }: ObservedState): boolean {
  if (isPending(contexts)) return false
  if (contexts.status === 'unknown') return true
  const endpoints = new Set(contexts.value.contexts.map(({ endpoint }) => endpoint))
  endpoints.delete('')
  return [...endpoints].every((endpoint) => {
    const sight = engines.find((candidate) => candidate.endpoint === endpoint)
    return sight && !isPending(sight.engine) && !isPending(sight.containers)
  })
}
