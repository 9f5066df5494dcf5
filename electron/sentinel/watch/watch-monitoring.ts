import type { MonitoringSights } from '../../../shared/domain/monitoring.ts'
import type { ObservedState } from '../../../shared/domain/observed-state.ts'
import type { Stack } from '../../../shared/domain/stack.ts'
import { homeContainers } from '../../../shared/domain/whereabouts.ts'
import { panelMemory } from '../keep/panel-memory.ts'
import { type MachineWatch, watchMachine } from './watch-machine.ts'
import { type StackWatch, watchStack } from './watch-stack.ts'

/** Everything beyond the containers, for each stack that is in force. */
export interface MonitoringWatch {
  /** Told at most once in a second: there is something new to judge. */
  start(changed: () => void): void
  setStacks(stacks: readonly Stack[]): void
  /** Engines or containers changed: what runs in them may answer, or not any more. */
  lookSoon(observed: ObservedState): void
  /** Undefined while this stack is not watched. */
  sights(stack: string): MonitoringSights | undefined
  lookNow(): Promise<void>
  stop(): Promise<void>
}

type MonitoringWatchParts = {
  env: NodeJS.ProcessEnv
  grafanaToken: (stack: string) => Promise<string | undefined>
  /** What is kept across restarts is kept here. */
  stateDirectory: string
  onProblem?: (sentence: string) => void
  now: () => number
}

/** Fifty sources that each have something new make one verdict. */
const settleMs = 1_000

/** `lastLook` tells whether anything has happened to its containers. */
type Guarded = { stack: Stack; watch: StackWatch; lastLook: string }

export function watchMonitoring(parts: MonitoringWatchParts): MonitoringWatch {
  const { env, grafanaToken, stateDirectory, now, onProblem } = parts
  const panels = panelMemory({ stateDirectory, now, ...(onProblem && { onProblem }) })
  let tell = () => {}
  let settling: NodeJS.Timeout | undefined
  let machine: { key: string; watch: MachineWatch } | undefined
  let guarded: Guarded[] = []
  let observed: ObservedState | undefined
  let stopped = false
  const leaving = new Set<Promise<void>>()

  function changed(): void {
    if (stopped) return
    settling ??= setTimeout(() => {
      settling = undefined
      tell()
    }, settleMs)
  }

  function leave(watch: StackWatch | MachineWatch): void {
    const left = watch.stop()
    leaving.add(left)
    void left.finally(() => leaving.delete(left))
  }

  function containersAtHome(stack: Stack) {
    return (observed && homeContainers(observed, stack.home)) ?? []
  }

  /** One watch of the machine for all stacks, made anew when what they ask of it changes. */
  function watchTheMachine(stacks: readonly Stack[]): void {
    const unitPatterns = [...new Set(stacks.flatMap(({ monitoring }) => monitoring?.units ?? []))]
    const dataDirectories = [
      ...new Set(stacks.flatMap(({ projects }) => projects.map(({ workingDir }) => workingDir))),
    ]
    const key = JSON.stringify([unitPatterns, dataDirectories])
    if (machine?.key === key) return
    if (machine) leave(machine.watch)
    const seen = () => observed ?? nothingYet(now())
    const watch = watchMachine({ env, unitPatterns, dataDirectories, observed: seen, changed, now })
    machine = { key, watch }
  }

  return {
    start(tellChange) {
      tell = tellChange
    },
    setStacks(stacks) {
      if (stopped) return
      const before = guarded
      guarded = stacks.map((stack) => {
        const same = before.find((one) => JSON.stringify(one.stack) === JSON.stringify(stack))
        return (
          same ?? {
            stack,
            watch: watchStack({ stack, grafanaToken, panels, changed, now }),
            lastLook: '',
          }
        )
      })
      for (const one of before) if (!guarded.includes(one)) leave(one.watch)
      if (observed) this.lookSoon(observed)
      if (stacks.length > 0) watchTheMachine(stacks)
    },
    lookSoon(next) {
      observed = next
      for (const one of guarded) {
        const containers = containersAtHome(one.stack)
        const look = containers.map(({ id, state, startedAt }) => [id, state, startedAt]).join()
        if (look === one.lastLook) continue
        one.lastLook = look
        one.watch.setContainers(containers)
        one.watch.lookSoon()
      }
    },
    sights(name) {
      const mine = guarded.find(({ stack }) => stack.name === name)
      return mine && machine ? { ...mine.watch.sights(), ...machine.watch.sights() } : undefined
    },
    async lookNow() {
      await Promise.all([machine?.watch.lookNow(), ...guarded.map(({ watch }) => watch.lookNow())])
    },
    async stop() {
      stopped = true
      clearTimeout(settling)
      for (const { watch } of guarded) leave(watch)
      if (machine) leave(machine.watch)
      await Promise.all(leaving)
      await panels.close()
    },
  }
}

const nothingYet = (at: number): ObservedState => ({
  revision: 0,
  contexts: {
    status: 'unknown',
    failure: { code: 'pending', message: 'Not looked at yet.' },
    observedAt: at,
  },
  engines: [],
})
