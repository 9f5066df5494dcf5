import type { BackupProgress } from '../../backup/order.ts'
import { asBytes, asDuration, counted } from '../../backup/run/say.ts'
import { visibleName } from '../reporters/visible.ts'

/** One line of a terminal that says how far the work is, written over again and again. */
export type ProgressLine = { tell: (progress: BackupProgress) => void; clear: () => void }

const phaseWords: Record<BackupProgress['phase'], string> = {
  preparing: 'preparing',
  reading: 'reading',
  verifying: 'verifying',
  pruning: 'cleaning up',
  restoring: 'restoring',
  starting: 'starting',
  copying: 'copying',
}

/** A terminal may not say how wide it is, or say 0. */
const usualColumns = 80
const clearLine = '\r\u001b[K'

/** Silent where nobody looks. */
export function progressLine(stream: NodeJS.WriteStream, now = performance.now): ProgressLine {
  if (!stream.isTTY) return { tell() {}, clear() {} }
  let phase = ''
  let since = { at: 0, bytes: 0 }
  return {
    tell(progress) {
      const at = now.call(performance)
      if (progress.phase !== phase) {
        phase = progress.phase
        since = { at, bytes: progress.bytes }
      }
      const seconds = (at - since.at) / 1_000
      const rate = seconds >= 1 ? (progress.bytes - since.bytes) / seconds : undefined
      stream.write(`${clearLine}${progressText(progress, rate, stream.columns || usualColumns)}`)
    },
    clear: () => void stream.write(clearLine),
  }
}

/** What is known, within the width: of the words in the middle as much as fits. */
export function progressText(
  { phase, what, files, bytes, totalBytes }: BackupProgress,
  bytesPerSecond: number | undefined,
  columns: number,
): string {
  const amount = totalBytes ? `${asBytes(bytes)} of ${asBytes(totalBytes)}` : asBytes(bytes)
  const rest = Math.max(0, (totalBytes ?? 0) - bytes)
  const left =
    bytesPerSecond && rest > 0 ? `${asDuration((rest / bytesPerSecond) * 1_000)} left` : ''
  const facts = [
    ...(files > 0 ? [counted(files, 'file')] : []),
    ...(bytes > 0 ? [amount] : []),
    ...(bytesPerSecond && bytesPerSecond > 0 ? [`${asBytes(Math.round(bytesPerSecond))}/s`] : []),
    ...(left ? [left] : []),
  ].join(', ')
  const start = `${phaseWords[phase]}  `
  const end = facts === '' ? '' : `  ${facts}`
  const room = Math.max(0, columns - 1 - start.length - end.length)
  const name = visibleName(what)
  const shown = name.length <= room ? name : `${name.slice(0, Math.max(0, room - 1))}…`
  return `${start}${shown}${end}`.slice(0, columns - 1)
}
