import { spawn } from 'node:child_process'
import { type Measured, median } from './report.ts'
import { finish, firstState, node, startWatching, worldOf } from './watching.ts'

const rounds = 10

/** From nothing to the first verdict, beside a Node that does nothing. */
export async function measureStartUp(): Promise<Measured[]> {
  const world = await worldOf(14)
  try {
    const ours: number[] = []
    const bare: number[] = []
    for (let i = 0; i < rounds; i += 1) {
      let began = performance.now()
      await finish(spawn(node, ['-e', '0']))
      bare.push(performance.now() - began)
      began = performance.now()
      const watching = startWatching(world.env)
      ours.push((await watching.next(firstState)) - began)
      await watching.stop()
    }
    return [
      {
        what: 'start-up → first verdict',
        ours: median(ours),
        unit: 'ms',
        beside: { what: 'node -e 0', value: median(bare) },
      },
    ]
  } finally {
    await world.close()
  }
}
