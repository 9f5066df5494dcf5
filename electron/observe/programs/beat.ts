import type { Stop } from '../watcher.ts'

/**
 * Where in an interval something has its turn: the same place for the same name, on every start
 * and every machine, and many names spread evenly (FNV-1a, 32 bits).
 */
export function offsetOf(name: string, everyMs: number): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193)
  return ((hash >>> 0) / 2 ** 32) * everyMs
}

/** Milliseconds since the epoch that no change of the clock bends. */
const steadyNow = () => performance.timeOrigin + performance.now()

/** Calls at `offsetMs` into every interval. Never drifts; a beat that was slept through is lost. */
export function everyBeat(everyMs: number, offsetMs: number, beat: () => void): Stop {
  let due = (Math.floor((steadyNow() - offsetMs) / everyMs) + 1) * everyMs + offsetMs
  let timer: NodeJS.Timeout
  const wait = () => {
    timer = setTimeout(run, Math.max(0, due - steadyNow()))
  }
  function run(): void {
    const late = steadyNow() - due
    // Node's timers count whole milliseconds, and fire up to one too early.
    due += (Math.floor(Math.max(0, late) / everyMs) + 1) * everyMs
    wait()
    beat()
  }
  wait()
  return () => clearTimeout(timer)
}
