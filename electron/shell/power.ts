import { powerMonitor } from 'electron'

/** Electron 42 says `resume` twice for one PrepareForSleep signal, so a burst counts once. */
const burstMs = 2_000

/** Calls back after the machine has slept: what was seen before is old. */
export function afterSleep(awake: () => void): void {
  let settling: NodeJS.Timeout | undefined
  powerMonitor.on('resume', () => {
    clearTimeout(settling)
    settling = setTimeout(awake, burstMs)
  })
}
