import { setTimeout as pause } from 'node:timers/promises'
import type { DashboardStore } from '../../../adapters/grafana/dashboard-store.ts'
import { HttpFailure } from '../../../adapters/http/http-failure.ts'

const betweenTriesMs = 500
const usualSeconds = 60

/**
 * Its container may be healthy before it has migrated its database. Rejects with what it says once
 * the time is over, and at once where it is up and lets nobody in.
 */
export async function untilItAnswers(
  store: DashboardStore,
  signal: AbortSignal,
  seconds = usualSeconds,
): Promise<void> {
  const deadline = performance.now() + seconds * 1000
  for (;;) {
    try {
      await store.list(signal)
      return
    } catch (error) {
      const isClosed = error instanceof HttpFailure && error.code === 'permission-denied'
      if (isClosed || performance.now() > deadline) throw error
      await pause(betweenTriesMs, undefined, { signal })
    }
  }
}
