import { type OperationView, operationSchema } from '../../shared/ipc/contract.ts'
import { type MonitoredLab, startMonitoredLab } from '../lab/monitored.ts'
import { labPossible } from '../lab/possible.ts'
import { sentinel } from '../lab/sentinel.ts'
import { type Measured, median } from './report.ts'

const rounds = 3

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
    const composeAlone: number[] = []
    const recoveries: OperationView[] = []
    for (let round = 1; round <= rounds; round += 1) {
      composeAlone.push(await composeAloneMs(lab))
      await breakIt(lab)
      // Compose alone carries nothing home.
      const view = await recover(lab, '--without-samples')
      recoveries.push(view)
      console.log(`  round ${round}: ${ms(tookMs(view))} beside ${ms(composeAlone.at(-1) ?? 0)}`)
    }
    await breakIt(lab)
    await recordedAway(lab)
    const carrying = await recover(lab)

    const first = recoveries[0]?.steps ?? []
    const kinds = [...new Set(first.map(({ kind }) => kind))]
    const beside = { what: 'docker compose up -d alone', value: median(composeAlone) }
    return [
      {
        what: `recovery of ${first.length} steps, to verified, without carrying samples`,
        ours: median(recoveries.map(tookMs)),
        unit: 'ms',
        beside,
        claim: { atMost: 2.5, of: 'ratio' },
      },
      ...kinds.map((kind) => rowOf(kind, recoveries)),
      {
        what: `recovery of ${carrying.steps.length} steps that carries samples, once`,
        ours: tookMs(carrying),
        unit: 'ms',
        beside,
      },
      ...['SaveSamples', 'MergeSamples', 'VerifyStack'].map((kind) => rowOf(kind, [carrying])),
    ]
  } finally {
    await lab.close()
  }
}

const ms = (value: number): string => `${value.toFixed(0)} ms`

const tookMs = ({ startedAt, finishedAt }: OperationView): number =>
  Date.parse(finishedAt ?? '') - Date.parse(startedAt)

function rowOf(kind: string, recoveries: readonly OperationView[]): Measured {
  const of = ({ steps }: OperationView) => steps.filter((step) => step.kind === kind)
  const sums = recoveries.map((one) =>
    of(one).reduce((sum, { milliseconds = 0 }) => sum + milliseconds, 0),
  )
  const count = Math.max(...recoveries.map((one) => of(one).length))
  return { what: `of which ${kind} × ${count}`, ours: median(sums), unit: 'ms' }
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
