import { setTimeout as pause } from 'node:timers/promises'
import { type OperationView, operationSchema } from '../../shared/ipc/contract.ts'
import { type MonitoredLab, startMonitoredLab } from '../lab/monitored.ts'
import { labPossible } from '../lab/possible.ts'
import { sentinel } from '../lab/sentinel.ts'
import { type Measured, median } from './report.ts'

/** Of each round the ratio counts, so that what else the machine does strikes both alike. */
const rounds = 3

/** Compose alone: until it has ended, and until every container that says so is healthy. */
type ComposeAlone = { up: number; healthy: number }
type Round = { alone: ComposeAlone; view: OperationView }

/** From the yes to "it works", beside what compose alone takes to bring the same stack up. */
export async function measureRecover(): Promise<Measured[]> {
  const possible = await labPossible()
  if (!possible.ok) {
    console.log(`Recovery not measured: ${possible.why}. ${possible.how}.`)
    return []
  }
  const lab = await startMonitoredLab()
  try {
    await lab.bringUp('desktop-linux')
    await lab.adopt()
    for (let tries = 0; tries < 20; tries += 1) {
      if ((await sentinel(lab.lab, ['accept', '--json'], lab.env)).code === 0) break
    }
    const all: Round[] = []
    for (let round = 1; round <= rounds; round += 1) {
      const alone = await composeAlone(lab)
      await breakIt(lab)
      // Compose alone carries nothing home.
      const view = await recover(lab, '--without-samples')
      all.push({ alone, view })
      const beside = `${ms(alone.healthy)}, of which ${ms(alone.up)} for compose to end`
      console.log(`  round ${round}: ${ms(tookMs(view))} beside ${beside}`)
    }
    await breakIt(lab)
    await recordedAway(lab)
    const carrying = await recover(lab)

    const middle = median(all.map(ratioOf))
    const round = all.find((one) => ratioOf(one) === middle)
    if (!round) throw new Error('Nothing was measured.')
    const { view, alone } = round
    const beside = { what: 'compose up -d, until healthy', value: alone.healthy }
    const kinds = [...new Set(view.steps.map(({ kind }) => kind))]
    return [
      {
        what: `recovery of ${view.steps.length} steps, to verified, without carrying samples`,
        ours: tookMs(view),
        unit: 'ms',
        beside,
        claim: { atMost: 2.5, of: 'ratio' },
      },
      {
        what: '… beside a compose that waits for nobody',
        ours: tookMs(view),
        unit: 'ms',
        beside: { what: 'compose up -d', value: alone.up },
      },
      ...kinds.map((kind) => rowOf(kind, view)),
      {
        what: `recovery of ${carrying.steps.length} steps that carries samples, once`,
        ours: tookMs(carrying),
        unit: 'ms',
        beside,
      },
      ...['SaveSamples', 'MergeSamples', 'VerifyStack'].map((kind) => rowOf(kind, carrying)),
    ]
  } finally {
    await lab.close()
  }
}

const ms = (value: number): string => `${value.toFixed(0)} ms`

const tookMs = ({ startedAt, finishedAt }: OperationView): number =>
  Date.parse(finishedAt ?? '') - Date.parse(startedAt)

const ratioOf = ({ alone, view }: Round): number => tookMs(view) / alone.healthy

function rowOf(kind: string, { steps }: OperationView): Measured {
  const own = steps.filter((step) => step.kind === kind)
  const ours = own.reduce((sum, { milliseconds = 0 }) => sum + milliseconds, 0)
  return { what: `of which ${kind} × ${own.length}`, ours, unit: 'ms' }
}

async function composeAlone(lab: MonitoredLab): Promise<ComposeAlone> {
  await lab.bringDown('desktop-linux')
  const began = performance.now()
  await lab.bringUp('desktop-linux')
  const up = performance.now() - began
  const starting = ['--context', 'desktop-linux', 'ps', '-q', '--filter', 'health=starting']
  while ((await lab.lab.docker(starting)).stdout.trim() !== '') await pause(50)
  return { up, healthy: performance.now() - began }
}

async function recover(lab: MonitoredLab, ...options: string[]): Promise<OperationView> {
  const env = { ...lab.env, ...lab.behind }
  const said = await sentinel(lab.lab, ['recover', '--yes', '--json', ...options], env)
  if (said.stdout.trim() === '') throw new Error(said.stderr)
  const view = operationSchema.parse(JSON.parse(said.stdout))
  if (view.outcome !== 'done') throw new Error(view.sentence)
  return view
}

/** As in the incident: the context, the containers, units beside them, a file. */
async function breakIt(lab: MonitoredLab): Promise<void> {
  await lab.lab.docker(['context', 'use', 'default'])
  await lab.bringDown('desktop-linux')
  await lab.systemd.systemctl('start', 'node_exporter.service', 'nvidia_gpu_exporter.service')
  await lab.edit('prometheus.yml', (text) => text.replace('host.docker.internal', '172.17.0.1'))
  await lab.bringUp('native')
}

/** The Prometheus that is published now has samples. */
async function recordedAway(lab: MonitoredLab): Promise<void> {
  const query = encodeURIComponent('count_over_time(up[10m])')
  for (;;) {
    const text = await lab.get(`http://127.0.0.1:9090/api/v1/query?query=${query}`).catch(() => '')
    if (text.includes('"value"')) return
    await pause(500)
  }
}
