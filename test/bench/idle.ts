import { setTimeout as pause } from 'node:timers/promises'
import { childrenOf, cpuSeconds, pssMiB } from './process-cost.ts'
import type { Measured } from './report.ts'
import { firstState, startWatching, type Watching, worldOf } from './watching.ts'

const seconds = 60

type Idle = { cpuPercent: number; memory: number; children: number }

async function idleWith(services: number): Promise<Idle> {
  const world = await worldOf(services)
  try {
    return await idleOf(startWatching(world.env))
  } finally {
    await world.close()
  }
}

/** What a watching process costs in a minute in which nothing happens, once it has settled. Stops it. */
export async function idleOf(watching: Watching, settleSeconds = 5): Promise<Idle> {
  try {
    await watching.next(firstState)
    await pause(settleSeconds * 1000)
    const seen = new Set<number>()
    const cpu = await cpuSeconds(watching.pid)
    const began = performance.now()
    while (performance.now() - began < seconds * 1000) {
      for (const child of await childrenOf(watching.pid)) seen.add(child)
      await pause(250)
    }
    const elapsed = (performance.now() - began) / 1000
    return {
      cpuPercent: (((await cpuSeconds(watching.pid)) - cpu) / elapsed) * 100,
      memory: await pssMiB(watching.pid),
      children: seen.size,
    }
  } finally {
    await watching.stop()
  }
}

/** What `watch` costs while nothing happens, with a usual stack and with a very large one. */
export async function measureIdle(): Promise<Measured[]> {
  // Both at once: what disturbs one disturbs the other.
  const [small, large] = await Promise.all([idleWith(14), idleWith(500)])
  return [
    {
      what: 'idle CPU of watch, 14 containers',
      ours: small.cpuPercent,
      unit: '% of a core',
      claim: { atMost: 0.5, of: 'ours' },
    },
    {
      what: 'idle CPU of watch, 500 containers',
      ours: large.cpuPercent,
      unit: '% of a core',
      beside: { what: 'with 14', value: small.cpuPercent },
      claim: { atMost: 2, of: 'ratio' },
    },
    {
      what: 'memory of watch, 500 containers',
      ours: large.memory,
      unit: 'MiB',
      beside: { what: 'with 14', value: small.memory },
      claim: { atMost: 2, of: 'ratio' },
    },
    {
      what: 'child processes while idle',
      ours: small.children + large.children,
      unit: 'processes',
      claim: { atMost: 0, of: 'ours' },
    },
  ]
}
