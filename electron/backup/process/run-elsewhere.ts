import { type BackupOutcome, type RunOrder, unfinished } from '../order.ts'
import type { BackupDoor, BackupSecrets } from './process-talk.ts'

type ElsewhereParts = {
  door: BackupDoor
  secretsOf: (stack: string) => Promise<BackupSecrets>
  version: string
  /** A cancelled process puts back what it stopped; after this long it is ended all the same. */
  patienceMs?: number
}

/** Carries orders out in a process of their own, so that nobody here has to wait for the disk. */
export function runElsewhere(parts: ElsewhereParts): RunOrder {
  const { door, secretsOf, version, patienceMs = 90_000 } = parts
  return async (order, onProgress, signal) => {
    const began = performance.now()
    const ended = (outcome: BackupOutcome['outcome'], sentence: string): BackupOutcome => ({
      outcome,
      sentence,
      problems: [],
      milliseconds: Math.round(performance.now() - began),
    })
    const secrets = await secretsOf(order.stack.name)
    if (signal.aborted) return ended('cancelled', 'Cancelled before it began.')

    const child = door()
    const { promise, resolve } = Promise.withResolvers<BackupOutcome>()
    let last: NodeJS.Timeout | undefined
    const cancel = () => {
      child.post({ type: 'cancel' })
      last = setTimeout(() => child.kill(), patienceMs)
    }
    child.onMessage((message) => {
      if (message.type === 'progress') onProgress(message.progress)
      else resolve(message.outcome)
    })
    child.onExit((why) =>
      resolve(
        signal.aborted
          ? ended('cancelled', unfinished('Cancelled', order.kind))
          : ended(
              'failed',
              unfinished(
                `The ${order.kind === 'restore' ? 'process that works on the data' : 'backup process'} ended before its work did (${why})`,
                order.kind,
              ),
            ),
      ),
    )
    signal.addEventListener('abort', cancel, { once: true })
    try {
      child.post({ type: 'order', order, secrets, version })
      const outcome = await promise
      child.kill()
      return outcome
    } finally {
      clearTimeout(last)
      signal.removeEventListener('abort', cancel)
    }
  }
}
