import { operationSchema } from '../../shared/ipc/contract.ts'
import { type MonitoredLab, startMonitoredLab } from '../lab/monitored.ts'
import { labPossible } from '../lab/possible.ts'
import { sentinel } from '../lab/sentinel.ts'
import type { Measured } from './report.ts'

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
    await lab.bringDown('desktop-linux')
    const began = performance.now()
    await lab.bringUp('desktop-linux')
    const composeAlone = performance.now() - began

    await breakIt(lab)
    const env = { ...lab.env, ...lab.behind }
    const { stdout, stderr } = await sentinel(lab.lab, ['recover', '--yes', '--json'], env)
    if (stdout.trim() === '') throw new Error(stderr)
    const view = operationSchema.parse(JSON.parse(stdout))
    if (view.outcome !== 'done') throw new Error(view.sentence)
    const isSamples = ({ kind }: { kind: string }) => /^(Save|Merge)Samples$/.test(kind)
    // Compose alone carries nothing home, so what that costs is told beside it.
    const carried = view.steps
      .filter(isSamples)
      .reduce((sum, one) => sum + (one.milliseconds ?? 0), 0)
    const took = Date.parse(view.finishedAt ?? '') - Date.parse(view.startedAt) - carried
    const compose = view.steps.filter(({ kind }) => kind === 'BringUp')
    const perStep = Map.groupBy(
      view.steps.filter(({ kind }) => kind !== 'BringUp'),
      ({ kind }) => kind,
    )
    return [
      {
        what: `recovery of ${view.steps.length} steps, to verified, without carrying samples`,
        ours: took,
        unit: 'ms',
        beside: { what: 'docker compose up -d alone', value: composeAlone },
        claim: { atMost: 2.5, of: 'ratio' },
      },
      row('of which BringUp', compose),
      ...[...perStep].map(([kind, steps]) => row(`of which ${kind} × ${steps.length}`, steps)),
    ]
  } finally {
    await lab.close()
  }
}

const row = (what: string, steps: readonly { milliseconds?: number | undefined }[]): Measured => ({
  what,
  ours: steps.reduce((sum, { milliseconds = 0 }) => sum + milliseconds, 0),
  unit: 'ms',
})

/** As in the incident: the context, the containers, units beside them, a file. */
async function breakIt(lab: MonitoredLab): Promise<void> {
  await lab.lab.docker(['context', 'use', 'default'])
  await lab.bringDown('desktop-linux')
  await lab.systemd.systemctl('start', 'node_exporter.service', 'nvidia_gpu_exporter.service')
  await lab.edit('prometheus.yml', (text) => text.replace('host.docker.internal', '172.17.0.1'))
  await lab.bringUp('native')
}
