import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { operationSchema } from '../../shared/ipc/contract.ts'
import type { Plan, Step } from '../../shared/plan/plan.ts'
import type { CarryOrder } from './carry-samples.inside.ts'
import { type Lab, startLab } from './engines.ts'
import { run } from './run.ts'

// Samples from one real Prometheus to another, killed at what hurts most: whichever way it is
// settled then, no sample of either side is lost, and nothing of ours is left on an engine.

let lab: Lab
let cases = 0

/**
 * Prometheus 2.53 scrapes nothing for its first 5 s (discovery/manager.go), and these tests wait
 * for samples some twenty times: a rule records at once.
 */
const prometheusYaml = 'rule_files: [/etc/prometheus/rules.yml]'
const rulesYaml = `
groups:
  - name: own
    interval: 200ms
    rules: [{ record: up, expr: vector(1), labels: { job: own, instance: 'localhost:9090' } }]
`
const composeYaml = `
services:
  prometheus:
    image: prom/prometheus:v2.53.3
    pull_policy: never
    restart: unless-stopped
    user: '65534'
    command: [--config.file=/etc/prometheus/prometheus.yml, --storage.tsdb.path=/prometheus/data]
    volumes: ['./configuration:/etc/prometheus:ro', 'data:/prometheus']
    depends_on: { owner: { condition: service_completed_successfully } }
  owner:
    image: busybox:1.37
    pull_policy: never
    command: [busybox, chown, '65534', /prometheus]
    volumes: ['data:/prometheus']
volumes: { data: {} }
`
const contexts = { home: 'desktop-linux', away: 'native' } as const
type Side = keyof typeof contexts
type Range = { from: number; to: number }

beforeAll(async () => {
  lab = await startLab()
})
afterAll(() => lab?.close())

function outcomeOf({ last, stderr }: { last: string; stderr: string }) {
  expect(last, stderr).toMatch(/^\{/)
  return operationSchema.parse(JSON.parse(last))
}

/** The same project on both engines, each with samples of its own: home, away, and home again. */
async function aSplit() {
  cases += 1
  const project = `carry${cases}`
  const directory = join(lab.directory, project)
  const configuration = join(directory, 'configuration')
  await mkdir(configuration, { recursive: true })
  await writeFile(join(configuration, 'prometheus.yml'), prometheusYaml)
  await writeFile(join(configuration, 'rules.yml'), rulesYaml)
  await writeFile(join(directory, 'compose.yml'), composeYaml)
  const docker = (side: Side, ...args: string[]) =>
    lab.docker(['--context', contexts[side], ...args], { anyExitCode: true })
  const container = `${project}-prometheus-1`
  const up = async (side: Side) => {
    const said = await docker(
      side,
      'compose',
      '-p',
      project,
      '-f',
      join(directory, 'compose.yml'),
      'up',
      '-d',
    )
    expect(said.code, said.stderr).toBe(0)
  }
  const stop = (side: Side) => docker(side, 'stop', container)

  async function count(side: Side, { from, to }: Range): Promise<number> {
    const query = `sum(count_over_time(up[${to - from}ms]))`
    const asked = new URLSearchParams({ query, time: (to / 1000).toFixed(3) })
    const url = `http://127.0.0.1:9090/api/v1/query?${asked}`
    const said = await docker(side, 'exec', container, 'wget', '-q', '-O', '-', url)
    const answer = JSON.parse(said.stdout) as { data: { result: { value: [number, string] }[] } }
    return Number(answer.data.result[0]?.value[1] ?? 0)
  }
  async function recorded(side: Side, from: number): Promise<Range & { count: number }> {
    for (;;) {
      const to = Date.now()
      const found = await count(side, { from, to }).catch(() => 0)
      if (found >= 6) return { from, to, count: found }
    }
  }

  await up('home')
  const first = await recorded('home', Date.now())
  await stop('home')
  await up('away')
  const away = await recorded('away', Date.now())
  await up('home')
  const second = await recorded('home', Date.now())
  const id = async (side: Side) =>
    (await docker(side, 'inspect', '-f', '{{.Id}}', container)).stdout.trim()
  const engine = async (side: Side) => {
    const { socket, id: own } = side === 'home' ? lab.desktop : lab.native
    return { endpoint: `unix://${socket}`, engineId: await own() }
  }
  const savedFrom = await id('away')
  const common = { service: 'prometheus', from: 'native', cause: 'test' }
  const steps: Step[] = [
    {
      ...{ kind: 'HoldContainers', ...(await engine('away')), from: 'native', cause: 'test' },
      containers: [{ containerId: savedFrom, container, always: false }],
    },
    {
      ...{ kind: 'SaveSamples', ...common, ...(await engine('away')) },
      containerId: savedFrom,
      container,
    },
    {
      ...{ kind: 'MergeSamples', ...common, ...(await engine('home')) },
      project,
      savedFrom,
      context: contexts.home,
    },
  ]
  const plan: Plan = {
    intent: { kind: 'recover' },
    stack: project,
    steps,
    warnings: [],
    whenStopped: 'ask',
  }
  const stateDirectory = await mkdtemp(join(lab.directory, 'state-'))

  async function carry(order: Pick<CarryOrder, 'what' | 'killAt'>) {
    const inside = join(import.meta.dirname, 'carry-samples.inside.ts')
    const given = JSON.stringify({ stateDirectory, plan, ...order } satisfies CarryOrder)
    const said = await run(process.execPath, [inside, given], { anyExitCode: true })
    const last = said.stdout.trim().split('\n').at(-1) ?? ''
    return { last, stderr: said.stderr, killed: !last.startsWith('{') && said.stderr === '' }
  }
  const snapshots = async (side: Side) =>
    (await docker(side, 'exec', container, 'ls', '/prometheus/data/snapshots')).stdout.trim()
  const helpers = async (side: Side) =>
    (await docker(side, 'ps', '-a', '--filter', 'name=odin-sentinel-helper', '-q')).stdout.trim()

  return {
    ...{ first, away, second, carry, count, docker, container, up },
    /** Nothing of ours is left, and neither side has lost anything. */
    async expectNothingLost() {
      for (const side of ['home', 'away'] as const) expect(await helpers(side)).toBe('')
      expect(await snapshots('home')).toBe('')
      for (const range of [first, second]) {
        expect(await count('home', range)).toBeGreaterThanOrEqual(range.count)
      }
      await docker('away', 'start', container)
      await recorded('away', Date.now())
      expect(await count('away', away)).toBe(away.count)
      expect(await snapshots('away')).toBe('')
    },
    async [Symbol.asyncDispose]() {
      for (const side of ['home', 'away'] as const) await docker(side, 'rm', '-f', container)
    },
  }
}

test('samples of both sides are at home afterwards, and stay where they were recorded', async () => {
  await using split = await aSplit()
  const view = outcomeOf(await split.carry({ what: 'begin' }))
  expect(view.outcome, JSON.stringify(view, null, 1)).toBe('done')
  expect(view.steps[2]?.remark).toMatch(/\d+ at home, \d+ from native, \d+ after\./)
  expect(await split.count('home', split.away)).toBeGreaterThanOrEqual(split.away.count)
  await split.expectNothingLost()
})

test.each([
  ['once elsewhere has taken a snapshot', { deed: 'snapshot 1', when: 'after' }],
  ['once home has taken a snapshot', { deed: 'snapshot 2', when: 'after' }],
  ['with half of the blocks from elsewhere written', { deed: 'writeArchive 2', when: 'middle' }],
  ['before home is started again', { deed: 'start 1', when: 'before' }],
] as const)('killed %s, it can be rolled back, and can go on', async (_when, killAt) => {
  await using split = await aSplit()
  const alone = await split.count('home', split.away)
  expect((await split.carry({ what: 'begin', killAt })).killed).toBe(true)
  expect(outcomeOf(await split.carry({ what: 'roll-back' })).outcome).toBe('rolled-back')
  expect(await split.count('home', split.away)).toBe(alone)
  await split.expectNothingLost()

  expect((await split.carry({ what: 'begin', killAt })).killed).toBe(true)
  expect(outcomeOf(await split.carry({ what: 'continue' })).outcome).toBe('done')
  expect(await split.count('home', split.away)).toBeGreaterThanOrEqual(split.away.count)
  await split.expectNothingLost()
})
