import { homedir } from 'node:os'
import { sentenceOf } from '../../../shared/kit/sentence-of.ts'
import type { BackupOutcome } from '../order.ts'
import { orderHere } from '../order-here.ts'
import { takeLeastPriority } from './least-priority.ts'
import type { FromBackup, ToBackup } from './process-talk.ts'

// The program of the backup process: one order, then it ends. It is started by Node's fork or by
// Electron's utilityProcess, and ends its work when whoever started it is gone.

type ParentPort = {
  on(event: 'message', listener: (message: { data: ToBackup }) => void): void
  postMessage(message: FromBackup): void
}

const parentPort = (process as { parentPort?: ParentPort }).parentPort
const lastWordMs = 2_000
/** Nobody waits for it any more, but whoever goes on with the same restore; what a backup stopped is started. */
const orphanMayTakeMs = { restore: 120_000, other: 600_000 }
let isRestore = false
const cancelling = new AbortController()
const cancel = () => cancelling.abort()

function say(message: FromBackup): Promise<void> {
  if (parentPort) {
    parentPort.postMessage(message)
    return Promise.resolve()
  }
  if (!process.connected) return Promise.resolve()
  return new Promise((resolve) => process.send?.(message, () => resolve()))
}

async function carryOut(message: Extract<ToBackup, { type: 'order' }>): Promise<void> {
  const { order, secrets, version } = message
  isRestore = order.kind === 'restore'
  const place = { env: process.env, homeDirectory: homedir() }
  const began = performance.now()
  let outcome: BackupOutcome
  try {
    // Somebody waits for a restore.
    if (!isRestore) await takeLeastPriority()
    outcome = await orderHere({ place, secrets, version })(
      order,
      (progress) => void say({ type: 'progress', progress }),
      cancelling.signal,
    )
  } catch (error) {
    const sentence = sentenceOf(error)
    const milliseconds = Math.round(performance.now() - began)
    outcome = { outcome: 'failed', sentence, problems: [], milliseconds }
  }
  await say({ type: 'outcome', outcome })
  // An open channel keeps a process alive, and Electron's loses what was said just before the end.
  setTimeout(() => process.exit(0), parentPort ? lastWordMs : 0)
}

function hear(message: ToBackup): void {
  if (message.type === 'cancel') cancel()
  else void carryOut(message)
}

if (parentPort) parentPort.on('message', ({ data }) => hear(data))
else process.on('message', hear)
process.on('disconnect', () => {
  cancel()
  setTimeout(() => process.exit(1), orphanMayTakeMs[isRestore ? 'restore' : 'other']).unref()
})
process.on('SIGTERM', cancel)
process.on('SIGINT', () => {
  // Ctrl+C in a terminal reaches the whole group: whoever started this one decides.
})
