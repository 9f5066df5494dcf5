import type { OpenOperationView, OperationView } from '../../shared/ipc/contract.ts'
import { operationId, recoverPlan, recoveryAt, waitingRecovery } from './a-recovery.ts'

type Direction = OpenOperationView['ways'][number]

/** A recovery that goes on step by step, as the test says. */
export type FakeRecovery = {
  operation: OperationView | null
  waiting: OpenOperationView[]
  begin(): Promise<OperationView>
  /** The step that runs is done, and the next one begins. */
  advance(): void
  /** Stops when the step that runs is done. */
  cancel(): void
  settle(id: string, direction: Direction): Promise<OperationView>
  /** As a process that was killed leaves it. */
  wasKilled(): void
}

export function fakeRecovery(changed: () => void): FakeRecovery {
  let done = 0
  let cancelled = false
  let startedAt = ''
  let ended: (view: OperationView) => void = () => {}

  function show(outcome: OperationView['outcome']): void {
    const view = recoveryAt(done, outcome, startedAt)
    fake.operation = view
    fake.waiting = outcome === 'stopped' ? [waitingRecovery] : []
    changed()
    if (outcome !== 'running') ended(view)
  }

  function goOn(): Promise<OperationView> {
    cancelled = false
    const { promise, resolve } = Promise.withResolvers<OperationView>()
    ended = resolve
    show('running')
    return promise
  }

  const fake: FakeRecovery = {
    operation: null,
    waiting: [],
    begin() {
      done = 0
      startedAt = new Date().toISOString()
      return goOn()
    },
    advance() {
      done += 1
      if (done === recoverPlan.steps.length) show('done')
      else show(cancelled ? 'stopped' : 'running')
    },
    cancel() {
      cancelled = true
    },
    async settle(id, direction) {
      if (id !== operationId) throw new Error(`There is no operation ${id}.`)
      startedAt ||= waitingRecovery.startedAt ?? ''
      if (direction === 'continue') return goOn()
      show(direction === 'leave' ? 'needs-attention' : 'rolled-back')
      return recoveryAt(done, 'rolled-back', startedAt)
    },
    wasKilled() {
      done = waitingRecovery.touched.length
      fake.operation = null
      fake.waiting = [waitingRecovery]
      changed()
    },
  }
  return fake
}
