import { statfs } from 'node:fs/promises'
import { hostname, release } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type { Disk, Host } from '../../../shared/domain/host.ts'
import {
  machineTimes,
  mountPoints,
  type ProcessorTimes,
} from '../../adapters/procfs/machine-facts.ts'
import { type Watcher, watcher } from '../watcher.ts'
import { FillRates } from './fill-rates.ts'

type HostWatcherParts = {
  /** Directories where the stack keeps its data; asked at each look. */
  dataDirectories: () => readonly string[]
  procRoot?: string
  everyMs?: number
  now?: () => number
}

const firstSampleMs = 200

/**
 * Keeps in view what this machine says of itself.
 *
 * Of systeminformation 5.33.23 only `mem()` is used: on Linux it reads one file. `osInfo()`
 * runs `hostname -f` with execSync, `time()` runs `date` so, `fsSize()` reads /proc/mounts
 * with execSync and starts `df`; `graphics()` is worse. What they know, Node and /proc know.
 */
export function hostWatcher(parts: HostWatcherParts): Watcher<Host> {
  const { dataDirectories, procRoot = '/proc' } = parts
  const now = parts.now ?? Date.now
  const rates = new FillRates()
  const asking = new Map<string, Promise<Disk | undefined>>()
  let before: ProcessorTimes | undefined

  async function load(signal: AbortSignal): Promise<{ cpuLoadRatio: number; bootTime: number }> {
    if (before === undefined) {
      before = (await machineTimes(procRoot)).times
      await delay(firstSampleMs, undefined, { signal })
    }
    const { times, bootTime } = await machineTimes(procRoot)
    const whole = times.whole - before.whole
    const busy = times.busy - before.busy
    before = times
    return { cpuLoadRatio: whole > 0 ? Math.min(1, Math.max(0, busy / whole)) : 0, bootTime }
  }

  /**
   * A file system that hangs keeps the thread that asked: it is asked once, and not again
   * before it has answered, or it would take all four threads that Node has for files.
   */
  function ask(mount: string): Promise<Disk | undefined> {
    const answer =
      asking.get(mount) ??
      diskAt(mount).finally(() => {
        asking.delete(mount)
      })
    asking.set(mount, answer)
    return Promise.race([answer, delay(patienceMs, undefined, { ref: false })])
  }

  return watcher<Host>({
    source: 'this machine',
    async look(signal) {
      const { mem } = (await import('systeminformation')).default
      const [{ cpuLoadRatio, bootTime }, memory, mountOf] = await Promise.all([
        load(signal),
        mem(),
        mountPoints(procRoot),
      ])
      const byMount = Map.groupBy(new Set(dataDirectories()), mountOf)
      const disks = await Promise.all([...byMount.keys()].sort().map(ask))
      const at = now()
      return {
        hostname: hostname(),
        kernel: release(),
        memoryBytes: memory.total,
        bootTime,
        cpuLoadRatio,
        memoryUsedBytes: memory.active,
        disks: disks.flatMap((disk) => {
          if (disk === undefined) return []
          const fillsBytesPerHour = rates.after(disk.mount, disk.freeBytes, at)
          return [
            {
              ...disk,
              directories: byMount.get(disk.mount) ?? [],
              ...(fillsBytesPerHour !== undefined && { fillsBytesPerHour }),
            },
          ]
        }),
      }
    },
    hints: () => () => {},
    settleMs: 0,
    everyMs: parts.everyMs ?? 30_000,
    ...(parts.now && { now: parts.now }),
  })
}

const patienceMs = 2_000

async function diskAt(mount: string): Promise<Disk | undefined> {
  const stats = await statfs(mount).catch(() => undefined)
  if (stats === undefined) return undefined
  // What an ordinary user can still write; the blocks kept back for root are not free.
  return { mount, sizeBytes: stats.blocks * stats.bsize, freeBytes: stats.bavail * stats.bsize }
}
