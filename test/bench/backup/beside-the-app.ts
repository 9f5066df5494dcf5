import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Measured } from '../report.ts'
import { firstState, node, startWatching, worldOf } from '../watching.ts'
import { costOf } from './cost.ts'
import { someData } from './some-data.ts'

const settleMs = 5_000
const quietMs = 10_000

/**
 * A backup of a volume of 2 GB, at the least priority as always, beside the sentinel's own loop.
 * That runs in Node and not in Electron's main process, with the same sources and the same work.
 */
export async function measureBesideTheApp(site: string, program: string): Promise<Measured[]> {
  const volume = join(site, 'volume')
  await someData(volume, 2)
  const world = await worldOf(14)
  const delays = join(site, 'delays')
  const probe = join(import.meta.dirname, 'event-loop-probe.ts')
  const watching = startWatching({
    ...world.env,
    NODE_OPTIONS: `--import=${probe}`,
    ODIN_BENCH_DELAYS: delays,
  })
  let told = 0
  /** Of the time since it was asked last. */
  async function delayMs(): Promise<number> {
    const file = `${delays}.${watching.pid}.${told++}`
    process.kill(watching.pid, 'SIGUSR2')
    for (;;) {
      const text = await readFile(file, 'utf8').catch(() => '')
      if (text !== '') return Number(text)
      await pause(50)
    }
  }
  try {
    await watching.next(firstState)
    await pause(settleMs)
    await delayMs()
    await pause(quietMs)
    const quiet = await delayMs()
    const repository = join(site, 'of-volume')
    const { said } = await costOf([node, program, 'backup-kindly', repository, volume])
    const busy = await delayMs()
    const { peakMiB } = JSON.parse(said.trimEnd().split('\n').at(-1) ?? '') as { peakMiB: number }
    return [
      {
        what: 'peak memory of the backup process, volume of 2 GB',
        ours: peakMiB,
        unit: 'MiB',
        claim: { atMost: 200, of: 'ours' },
      },
      {
        what: 'event-loop delay of the app beside it, p99',
        ours: busy,
        unit: 'ms',
        beside: { what: 'without a backup', value: quiet },
        claim: { atMost: 20, of: 'ours' },
      },
    ]
  } finally {
    await watching.stop()
    await world.close()
  }
}
