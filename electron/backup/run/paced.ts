import type { BackupProgress } from '../order.ts'

/**
 * Passes on what is new at once when it is about something else, and otherwise at most a few times
 * in a second: whoever listens may have to draw it.
 */
export function paced(
  tell: (progress: BackupProgress) => void,
  everyMs = 250,
): (progress: BackupProgress) => void {
  let toldAt = Number.NEGATIVE_INFINITY
  let told = ''
  return (progress) => {
    const about = `${progress.phase} ${progress.what}`
    const now = performance.now()
    if (about === told && now - toldAt < everyMs) return
    told = about
    toldAt = now
    tell(progress)
  }
}
