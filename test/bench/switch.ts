import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { WatchLine } from '../../shared/ipc/status.ts'
import { type Measured, median, quantile } from './report.ts'
import { firstState, node, startWatching, worldOf } from './watching.ts'

const switches = 200
const pollSwitches = 12
const pollMs = 5_000

const switched = (status: 'firing' | 'resolved') => (line: WatchLine) =>
  line.type === 'finding' &&
  line.finding.code === 'CONTEXT_SWITCHED' &&
  line.finding.status === status

/** From the rename of config.json to the finding out of `watch --json`. */
export async function measureSwitch(): Promise<Measured[]> {
  const world = await worldOf(14)
  const watching = startWatching(world.env)
  try {
    await watching.next(firstState)
    const ours: number[] = []
    for (let i = 0; i < switches; i += 1) {
      const line = watching.next(switched('firing'))
      const began = performance.now()
      await world.contextUse('native')
      ours.push((await line) - began)
      const back = watching.next(switched('resolved'))
      await world.contextUse('desktop-linux')
      await back
    }
    const poll = await measurePoll(
      join(world.dockerConfigDirectory, 'config.json'),
      world.contextUse,
    )
    const beside = (q: number) => ({ what: 'a 5 s poll', value: quantile(poll, q) })
    return [
      {
        what: 'context switch → finding, p50',
        ours: median(ours),
        unit: 'ms',
        beside: beside(0.5),
      },
      {
        what: 'context switch → finding, p99',
        ours: quantile(ours, 0.99),
        unit: 'ms',
        beside: beside(0.99),
        claim: { atMost: 150, of: 'ours' },
      },
    ]
  } finally {
    await watching.stop()
    await world.close()
  }
}

/** The yardstick: what a reader that looks every five seconds, as the nearest peer does, sees. */
async function measurePoll(
  configFile: string,
  contextUse: (name: string) => Promise<void>,
): Promise<number[]> {
  const poller = spawn(node, [
    '-e',
    `const { readFileSync } = require('node:fs')
     let last
     setInterval(() => {
       const { currentContext } = JSON.parse(readFileSync(${JSON.stringify(configFile)}, 'utf8'))
       if (currentContext !== last) console.log((last = currentContext))
     }, ${pollMs})`,
  ])
  try {
    await once(poller.stdout, 'data')
    const took: number[] = []
    for (let i = 0; i < pollSwitches; i += 1) {
      // Spread over the poll's period, so that no phase is favoured.
      await new Promise((resolve) => setTimeout(resolve, (pollMs * (i + 0.5)) / pollSwitches))
      const seen = once(poller.stdout, 'data')
      const began = performance.now()
      await contextUse(i % 2 === 0 ? 'native' : 'desktop-linux')
      await seen
      took.push(performance.now() - began)
    }
    return took
  } finally {
    poller.kill()
  }
}
