import { type OperationView, operationSchema } from '../../shared/ipc/contract.ts'
import { type MonitoredLab, startMonitoredLab } from '../lab/monitored.ts'
import { labPossible } from '../lab/possible.ts'
import { sentinel } from '../lab/sentinel.ts'
import { type Measured, median } from './report.ts'

/** Of each round the ratio counts, so that what else the machine does strikes both alike. */
const rounds = 3

type Round = { composeAlone: number; view: OperationView }

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
      const composeAlone = await composeAloneMs(lab)
      await breakIt(lab)
      // Compose alone carries nothing home.
      const view = await recover(lab, '--without-samples')
      all.push({ composeAlone, view })
      console.log(`  round ${round}: ${ms(tookMs(view))} beside ${ms(composeAlone)}`)
    }
    await breakIt(lab)
    await recordedAway(lab)
    const carrying = await recover(lab)

    const middle = median(all.map(ratioOf))
    const round = all.find((one) => ratioOf(one) === middle)
    if (!round) throw new Error('Nothing was measured.')
    const { view, composeAlone } = round
    const beside = { what: 'docker compose up -d alone', value: composeAlone }
    const kinds = [...new Set(view.steps.map(({ kind }) => kind))]
    return [
      {
        what: `recovery of ${view.steps.length} steps, to verified, without carrying samples`,
        ours: tookMs(view),
        unit: 'ms',
        beside,
        claim: { atMost: 2.5, of: 'ratio' },
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

const ratioOf = ({ composeAlone, view }: Round): number => tookMs(view) / composeAlone

function rowOf(kind: string, { steps }: OperationView): Measured {
  const own = steps.filter((step) => step.kind === kind)
  const ours = own.reduce((sum, { milliseconds = 0 }) => sum + milliseconds, 0)
  return { what: `of which ${kind} × ${own.length}`, ours, unit: 'ms' }
}

async function composeAloneMs(lab: MonitoredLab): Promise<number> {
  await lab.bringDown('desktop-linux')
  const began = performance.now()
  await lab.bringUp('desktop-linux')
  return performance.now() - began
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
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}
