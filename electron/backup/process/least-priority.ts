import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { constants, setPriority } from 'node:os'
import { promisify } from 'node:util'

/**
 * From now on this process takes what others leave: niceness 19 and, where ionice is there, idle
 * I/O. Linux knows both for each thread, and a new thread begins with what its parent has.
 */
export async function takeLeastPriority(): Promise<void> {
  const threads = await readdir('/proc/self/task').catch(() => [])
  for (const thread of threads) {
    try {
      setPriority(Number(thread), constants.priority.PRIORITY_LOW)
    } catch {
      // A thread that has ended meanwhile.
    }
  }
  if (threads.length === 0) return
  const set = ['-c', '3', '-p', ...threads]
  await promisify(execFile)('ionice', set).catch(() => {})
}
