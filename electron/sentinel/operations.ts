import type { OperationView } from '../../shared/ipc/contract.ts'
import type { Plan } from '../../shared/plan/plan.ts'

type OperationsParts = {
  approved: (hash: string) => Plan | undefined
  execute: (
    plan: Plan,
    options: { onProgress: (operation: OperationView) => void; signal: AbortSignal },
  ) => Promise<OperationView>
  onProgress: (operation: OperationView) => void
}

export type Operations = {
  execute(hash: string): Promise<OperationView>
  cancel(): void
  busy(): boolean
}

/** Carries out approved plans, one at a time in this process. */
export function operations(parts: OperationsParts): Operations {
  let running: AbortController | undefined
  return {
    async execute(hash) {
      const plan = parts.approved(hash)
      if (!plan) throw new Error('This plan is not known any more: look at a new one.')
      if (running) throw new Error('Another plan is being carried out: wait for its end.')
      running = new AbortController()
      try {
        return await parts.execute(plan, { onProgress: parts.onProgress, signal: running.signal })
      } finally {
        running = undefined
      }
    },
    cancel: () => running?.abort(),
    busy: () => running !== undefined,
  }
}
