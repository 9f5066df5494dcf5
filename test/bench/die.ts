import { spawn } from 'node:child_process'
import { request } from 'node:http'
import { createInterface } from 'node:readline'
import type { WatchLine } from '../../shared/ipc/status.ts'
import { startLab } from '../lab/engines.ts'
import { labPossible } from '../lab/possible.ts'
import { type Measured, median } from './report.ts'
import { cli, finish, firstState, node, startWatching } from './watching.ts'

const deaths = 30
const service = 'pushgateway'

/** A container dies on a real engine: our line, beside `docker events` in the same run. */
export async function measureDie(): Promise<Measured[]> {
  const possible = await labPossible()
  if (!possible.ok) {
    console.log(`Container death not measured: ${possible.why}. ${possible.how}.`)
    return []
  }
  const lab = await startLab()
  try {
    await lab.compose('desktop-linux', ['up', '--detach'])
    await finish(spawn(node, [cli, 'adopt', 'odin'], { env: lab.env, stdio: 'pipe' }))
    const events = spawn('docker', ['events', '--filter', 'event=die', '--format', '{{.Action}}'], {
      env: lab.env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const dockerLines = createInterface({ input: events.stdout })
    const watching = startWatching(lab.env)
    await watching.next(firstState)
    const ours: number[] = []
    const theirs: number[] = []
    for (let i = 0; i < deaths; i += 1) {
      const line = watching.next((line) => runs(line) === false)
      const event = new Promise<number>((resolve) =>
        dockerLines.once('line', () => resolve(performance.now())),
      )
      const began = performance.now()
      await post(lab.desktop.socket, `/containers/odin-${service}-1/kill`)
      theirs.push((await event) - began)
      ours.push((await line) - began)
      const back = watching.next((line) => runs(line) === true)
      await post(lab.desktop.socket, `/containers/odin-${service}-1/start`)
      await back
    }
    events.kill()
    await watching.stop()
    return [
      {
        what: 'container die → line, p50',
        ours: median(ours),
        unit: 'ms',
        beside: { what: 'docker events', value: median(theirs) },
        claim: { atMost: 2, of: 'ratio' },
      },
    ]
  } finally {
    await lab.close()
  }
}

/** What a line says of the service; a finding says nothing new of the fourth death in a row. */
function runs(line: WatchLine): boolean | undefined {
  if (line.type !== 'state') return undefined
  return line.status.services.some(
    ({ name, places }) => name === service && places.some(({ state }) => state === 'running'),
  )
}

/** Straight to the engine: starting a CLI would take longer than what is measured. */
function post(socketPath: string, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path, method: 'POST' }, (response) => {
      response.resume().on('end', resolve)
    })
      .on('error', reject)
      .end()
  })
}
