import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type ExpositionFormat,
  expositionParser,
} from '../../electron/adapters/exposition/parse-exposition.ts'
import { scrape } from '../../electron/adapters/exposition/scrape.ts'
import { aRandomExposition, mutated } from '../support/a-random-exposition.ts'
import { expositionCases } from '../support/exposition-cases.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { type HostProgram, startProgram, startPrometheus } from './host-programs.ts'
import { type LabParts, setUp } from './set-up.ts'

/** What is laid before Prometheus and before our parser, byte for byte the same. */
type Body = {
  name: string
  format: ExpositionFormat
  bytes: Buffer
}

const contentTypes: Readonly<Record<ExpositionFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
}

let parts: LabParts
let directory: string
const running: HostProgram[] = []

beforeAll(async () => {
  parts = await setUp()
  directory = await mkdtemp(join(tmpdir(), 'expositions-'))
})
afterAll(async () => {
  await Promise.all(running.map((program) => program.stop()))
  await rm(directory, { recursive: true, force: true })
})

async function begin(...args: Parameters<typeof startProgram>): Promise<HostProgram> {
  const program = await startProgram(...args)
  running.push(program)
  return program
}

type Target = { health: string; lastError: string; labels: { body: string } }
type Targets = { data: { activeTargets: Target[] } }
type Samples = { data: { result: { metric: { body: string }; value: [number, string] }[] } }

/** The samples that Prometheus took, or why it refused. */
type Verdict = { samples?: number; refusal?: string }

/** Lets a real Prometheus scrape every body, and tells what it says of it. */
async function askPrometheus(bodies: readonly Body[]): Promise<Verdict[]> {
  const server = await serve(bodies)
  const { port } = server.address() as { port: number }
  const place = await mkdtemp(join(directory, 'prometheus-'))
  const targets = bodies.map((_, index) => ({
    targets: [`127.0.0.1:${port}`],
    labels: { body: String(index), __metrics_path__: `/${index}` },
  }))
  const job = {
    job_name: 'bodies',
    scrape_interval: '2s',
    scrape_timeout: '2s',
    honor_timestamps: false,
    static_configs: targets,
  }
  await writeFile(join(place, 'prometheus.yml'), JSON.stringify({ scrape_configs: [job] }))
  const prometheus = await startPrometheus(parts, place)
  const ask = async (path: string) =>
    (await (await fetch(`http://${prometheus.address}/api/v1/${path}`)).json()) as never
  try {
    let targets: Target[]
    do {
      await delay(500)
      targets = (await (ask('targets') as Promise<Targets>)).data.activeTargets
    } while (targets.length < bodies.length || targets.some(({ health }) => health === 'unknown'))
    const samples = await (ask('query?query=scrape_samples_scraped') as Promise<Samples>)
    const counts = new Map(samples.data.result.map((one) => [one.metric.body, one.value[1]]))
    const byBody = new Map(targets.map((target) => [target.labels.body, target]))
    return bodies.map((_, index): Verdict => {
      const target = byBody.get(String(index))
      return target?.health === 'up'
        ? { samples: Number(counts.get(String(index))) }
        : { refusal: target?.lastError ?? 'no target' }
    })
  } finally {
    await prometheus.stop()
    server.closeAllConnections()
    server.close()
  }
}

async function serve(bodies: readonly Body[]): Promise<Server> {
  const server = createServer((request, response) => {
    const body = bodies[Number(request.url?.slice(1))]
    response.setHeader('content-type', contentTypes[body?.format ?? 'text'])
    response.end(body?.bytes)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

function askOurs({ format, bytes }: Body): number | undefined {
  const parser = expositionParser({ format })
  try {
    parser.write(bytes)
    parser.end()
    return parser.samples
  } catch {
    return undefined
  }
}

/** The two marked corner cases: a time before 1970, and blanks before a name. */
const knownStrictness = /got "-" \("INVALID"\)|__name__="[ \\]/

async function expectAgreement(bodies: readonly Body[]): Promise<void> {
  const theirs = await askPrometheus(bodies)
  const differences = bodies.flatMap((body, index) => {
    const ours = askOurs(body)
    const { name, format, bytes } = body
    const { samples, refusal = '' } = theirs[index] ?? {}
    if (ours === samples || knownStrictness.test(refusal)) return []
    return [{ name, format, ours, theirs: theirs[index], body: bytes.toString('latin1') }]
  })
  expect(differences).toEqual([])
  expect(theirs.length).toBe(bodies.length)
}

test('Prometheus takes and refuses the corner cases as we do', async () => {
  const bodies = expositionCases.map(
    ({ name, format, body }): Body => ({ name, format, bytes: Buffer.from(body) }),
  )
  await expectAgreement(bodies)
})

/**
 * Whether `promtool check metrics` takes a body for an exposition: 0 is well, 3 is well and not in
 * good style. It knows the text format alone, and reads it by the older of Prometheus's parsers.
 */
async function promtoolTakes({ bytes }: Body): Promise<boolean> {
  const child = spawn(parts.promtool, ['check', 'metrics'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  // It may end before it has read everything.
  child.stdin.on('error', () => {})
  // The description of the format wants a newline at the end, a scrape does not.
  child.stdin.end(bytes.at(-1) === 0x0a ? bytes : Buffer.concat([bytes, Buffer.from('\n')]))
  const [code] = (await once(child, 'close')) as [number]
  return code === 0 || code === 3
}

/** The corners in which promtool and a Prometheus that scrapes differ: there we do as the latter. */
const onlyAScrapeTakes = [
  'comments',
  'blanks everywhere',
  'escapes',
  'a newline in a value',
  'the same twice',
  'no comma between labels',
]
const onlyPromtoolTakes = [
  'a type without words',
  'a type with blanks before it',
  'no UTF-8 in help',
]

test('promtool check metrics agrees on what is valid, and differs only where it is known to', async () => {
  const random = seededRandom(20261124)
  const bodies = [
    ...expositionCases
      .filter(({ format }) => format === 'text')
      .map(({ name, body }): Body => ({ name, format: 'text', bytes: Buffer.from(body) })),
    ...Array.from({ length: 150 }, (_, index): Body => {
      const { body } = aRandomExposition(random, 'text')
      return { name: `random ${index}`, format: 'text', bytes: Buffer.from(body) }
    }),
  ]
  const ours: string[] = []
  const theirs: string[] = []
  let bothTake = 0
  for (const body of bodies) {
    const weTake = askOurs(body) !== undefined
    const itTakes = await promtoolTakes(body)
    if (weTake && itTakes) bothTake += 1
    else if (weTake) ours.push(body.name)
    else if (itTakes) theirs.push(body.name)
  }
  expect({ ours, theirs }).toEqual({ ours: onlyAScrapeTakes, theirs: onlyPromtoolTakes })
  expect(bothTake).toBeGreaterThan(150)
})

test('Prometheus takes and refuses what chance made as we do', async () => {
  const random = seededRandom(20261123)
  const bodies = Array.from({ length: 1200 }, (_, index): Body => {
    const format = index % 2 === 0 ? 'text' : 'openmetrics'
    const { body } = aRandomExposition(random, format)
    const bytes = Buffer.from(body)
    return index % 3 === 0
      ? { name: `random ${index}`, format, bytes }
      : { name: `mutated ${index}`, format, bytes: mutated(random, bytes) }
  })
  await expectAgreement(bodies)
})

test('every real exporter of the lab is read to the same sample as Prometheus reads it', async () => {
  const bodies: Body[] = []
  for (const [name, program] of Object.entries(await realExporters())) {
    for (const format of ['text', 'openmetrics'] as const) {
      const answer = await fetch(`http://${program.address}/metrics`, {
        headers: { accept: contentTypes[format] },
      })
      const isOpen = answer.headers.get('content-type')?.includes('openmetrics') ?? false
      bodies.push({
        name,
        format: isOpen ? 'openmetrics' : 'text',
        bytes: Buffer.from(await answer.arrayBuffer()),
      })
    }
    const seen = await scrape(`http://${program.address}/metrics`, { timeoutMs: 10_000 })
    expect(seen.samples, name).toBeGreaterThan(20)
  }
  await expectAgreement(bodies)
})

test('the node exporter tells of this machine, and its front page is no exposition', async () => {
  const node = await begin(parts, 'prometheus-node-exporter', (address) => [
    `--web.listen-address=${address}`,
  ])
  const { machine } = await scrape(`http://${node.address}/metrics`, { timeoutMs: 10_000 })
  const os = await import('node:os')
  expect(machine.hostname).toBe(os.hostname())
  expect(machine.kernel).toBe(os.release())
  expect(machine.memoryBytes).toBe(os.totalmem())
  expect(Math.abs((machine.bootTime ?? 0) - (Date.now() / 1000 - os.uptime()))).toBeLessThan(5)
  await expect(scrape(`http://${node.address}/`, { timeoutMs: 10_000 })).rejects.toMatchObject({
    code: 'not-metrics',
  })
})

async function realExporters(): Promise<Record<string, HostProgram>> {
  const listen = (address: string) => [`--web.listen-address=${address}`]
  const alerts = join(directory, 'alertmanager.yml')
  await writeFile(alerts, 'route: {receiver: none}\nreceivers: [{name: none}]\n')
  const blackbox = join(directory, 'blackbox.yml')
  await writeFile(blackbox, 'modules: {up: {prober: http}}\n')
  const empty = join(directory, 'prometheus.yml')
  await writeFile(empty, 'scrape_configs: []\n')
  const pushgateway = await begin(parts, 'prometheus-pushgateway', listen)
  await fetch(`http://${pushgateway.address}/metrics/job/j/instance/${encodeURIComponent('a b')}`, {
    method: 'PUT',
    body: '# TYPE pushed counter\npushed{path="C:\\\\x \\"y\\" \\n ü"} 1e+300\npushed{path=""} NaN\n',
  })
  return {
    pushgateway,
    node: await begin(parts, 'prometheus-node-exporter', listen),
    blackbox: await begin(parts, 'prometheus-blackbox-exporter', (address) => [
      ...listen(address),
      `--config.file=${blackbox}`,
    ]),
    process: await begin(parts, 'prometheus-process-exporter', (address) => [
      `-web.listen-address=${address}`,
      '-procnames=node,bash',
    ]),
    alertmanager: await begin(parts, 'prometheus-alertmanager', (address) => [
      ...listen(address),
      `--config.file=${alerts}`,
      `--storage.path=${directory}/alertmanager`,
      '--cluster.listen-address=',
    ]),
    prometheus: await begin(parts, 'prometheus', (address) => [
      ...listen(address),
      `--config.file=${empty}`,
      `--storage.tsdb.path=${directory}/tsdb`,
    ]),
  }
}
