import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { operationSchema, planProposalSchema } from '../../shared/ipc/contract.ts'
import { type MonitoredLab, startMonitoredLab } from './monitored.ts'
import { sentinel, statusOf } from './sentinel.ts'

// The incident, whole, undone by one command: from the stack on the wrong engine, with exporters
// as units beside it, back to everything up at home.

let lab: MonitoredLab
let rightConfig: string
const began = Date.now()

beforeAll(async () => {
  lab = await startMonitoredLab()
  rightConfig = await readFile(config(), 'utf8')
  await lab.bringUp('desktop-linux')
  await lab.adopt()
  const accepted = await until(() => sentinel(lab.lab, ['accept', '--json'], lab.env))
  expect(accepted.code, accepted.stderr).toBe(0)
})

afterAll(() => lab?.close())

const config = () => join(lab.lab.stackDirectory, 'prometheus.yml')

/** Accepting refuses while something cannot be seen yet: a stack that has just come up. */
async function until(ask: () => ReturnType<typeof sentinel>) {
  for (let tries = 1; ; tries += 1) {
    const said = await ask()
    if (said.code === 0 || tries === 20) return said
  }
}

async function namesOn(context: string, all: boolean): Promise<string[]> {
  const args = ['--context', context, 'ps', ...(all ? ['-a'] : []), '--format', '{{.Names}}']
  return (await lab.lab.docker(args)).stdout.split('\n').filter(Boolean).sort()
}

const volumesOn = async (context: string): Promise<string[]> =>
  (await lab.lab.docker(['--context', context, 'volume', 'ls', '-q'])).stdout.split('\n').sort()

/** Samples of each target that the published Prometheus has of a time, both ends within. */
async function samplesOf({ from, to }: { from: number; to: number }) {
  const query = `count_over_time(up[${to - from}ms])`
  const asked = new URLSearchParams({ query, time: (to / 1000).toFixed(3) })
  const answer = JSON.parse(await lab.get(`http://127.0.0.1:9090/api/v1/query?${asked}`)) as {
    data: { result: { metric: { instance: string }; value: [number, string] }[] }
  }
  return new Map(answer.data.result.map((one) => [one.metric.instance, Number(one.value[1])]))
}

/** Both engines have recorded something in their turn. */
async function recorded(from: number) {
  for (;;) {
    const to = Date.now()
    const counts = await samplesOf({ from, to }).catch(() => new Map<string, number>())
    if (counts.size >= 11 && [...counts.values()].every((count) => count >= 2)) {
      return { from, to, counts }
    }
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

async function breakIt(): Promise<void> {
  await lab.lab.docker(['context', 'use', 'default'])
  await lab.bringDown('desktop-linux')
  await lab.systemd.systemctl('start', 'node_exporter.service', 'nvidia_gpu_exporter.service')
  await lab.edit('prometheus.yml', (text) =>
    text.replace('host.docker.internal:9182', '172.17.0.1:9182'),
  )
  await lab.bringUp('native')
}

it('is recovered by one command, with nothing lost on either engine', async () => {
  const running = await namesOn('desktop-linux', false)
  const atHome = await recorded(began)
  await breakIt()
  const away = await recorded(atHome.to + 1)
  const strays = await namesOn('native', false)
  expect(strays.length).toBeGreaterThan(5)
  const volumes = [await volumesOn('desktop-linux'), await volumesOn('native')]

  const dry = await sentinel(lab.lab, ['recover', '--dry-run', '--json'], lab.env)
  const plan = planProposalSchema.parse(JSON.parse(dry.stdout))
  expect(plan.kind, dry.stdout).toBe('plan')
  if (plan.kind !== 'plan') return
  const kinds = [...new Set(plan.steps.map(({ kind }) => kind))]
  expect(kinds).toEqual(
    expect.arrayContaining([
      'StopUnit',
      'HoldContainers',
      'SaveSamples',
      'SelectContext',
      'PutBackFiles',
      'BringUp',
      'MergeSamples',
    ]),
  )
  expect(kinds.at(-1)).toBe('VerifyStack')

  const done = await sentinel(lab.lab, ['recover', '--yes', '--json'], {
    ...lab.env,
    ...lab.behind,
  })
  const view = operationSchema.parse(JSON.parse(done.stdout))
  expect(view.outcome, JSON.stringify(view, null, 1)).toBe('done')
  expect(view.steps.find(({ kind }) => kind === 'MergeSamples')?.remark).toMatch(
    /^Samples of up since .* UTC: \d+ at home, \d+ from default, \d+ after\. Home itself recorded nothing from .* to .*\.$/,
  )

  for (const { counts, ...time } of [atHome, away]) {
    const now = await samplesOf(time)
    for (const [instance, count] of counts) {
      expect(now.get(instance), `${instance} ${JSON.stringify(view)}`).toBeGreaterThanOrEqual(count)
    }
  }

  expect(await namesOn('desktop-linux', false)).toEqual(running)
  expect(await namesOn('native', false)).toEqual([])
  expect(await namesOn('native', true)).toEqual(expect.arrayContaining(strays))
  const after = [await volumesOn('desktop-linux'), await volumesOn('native')]
  for (const [index, before] of volumes.entries()) {
    expect(after[index]).toEqual(expect.arrayContaining(before))
  }
  expect(await readFile(config(), 'utf8')).toBe(rightConfig)
  for (const unit of ['node_exporter.service', 'nvidia_gpu_exporter.service']) {
    const state = await lab.systemd.systemctl('show', '-p', 'ActiveState', '--value', unit)
    expect(state.trim()).toBe('inactive')
  }
  // One look may run out of patience on a machine that is busy with two engines.
  const sentence = async () =>
    (await statusOf(lab.lab, lab.env, 'monitoring too')).status.monitoring?.sentence
  await expect.poll(sentence, { timeout: 60_000 }).toBe('Monitoring works.')
})
