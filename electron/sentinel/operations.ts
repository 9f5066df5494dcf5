import type { OperationView } from '../../shared/ipc/contract.ts'
import type { Plan } from '../../shared/plan/plan.ts'
import type { SettleDirection } from './surface.ts'

type OperationsParts = {
  approved: (hash: string) => Plan | undefined
  execute: (
    plan: Plan,
    options: { onProgress: (operation: OperationView) => void; signal: AbortSignal },
  ) => Promise<OperationView>
  settle: (
    id: string,
    direction: SettleDirection,
    options: { onProgress: (operation: OperationView) => void; signal: AbortSignal },
  ) => Promise<OperationView>
  onProgress: (operation: OperationView) => void
}

export type Operations = {
  /** Goes on with an operation that stopped, undoes it, or leaves it as it is. */
  settle(id: string, direction: SettleDirection): Promise<OperationView>
  execute(hash: string): Promise<OperationView>
  cancel(): void
  busy(): boolean
}

/** Carries out approved plans, one at a time in this process. */
export function operations(parts: OperationsParts): Operations {
  let running: AbortController | undefined

  async function alone(
    work: (options: {
      onProgress: (operation: OperationView) => void
      signal: AbortSignal
    }) => Promise<OperationView>,
  ): Promise<OperationView> {
    if (running) throw new Error('Another plan is being carried out: wait for its end.')
    running = new AbortController()
    try {
      return await work({ onProgress: parts.onProgress, signal: running.signal })
    } finally {
      running = undefined
    }
  }

  return {
    async execute(hash) {
      const plan = parts.approved(hash)
      if (!plan) throw new Error('This plan is not known any more: look at a new one.')
      return alone((options) => parts.execute(plan, options))
    },
    settle: (id, direction) => alone((options) => parts.settle(id, direction, options)),
    cancel: () => running?.abort(),
    busy: () => running !== undefined,
  }
}
