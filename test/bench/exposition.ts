import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { expositionParser } from '../../electron/adapters/exposition/parse-exposition.ts'
import { startProgram, startPrometheus } from '../lab/host-programs.ts'
import { labPossible } from '../lab/possible.ts'
import { run } from '../lab/run.ts'
import { setUp } from '../lab/set-up.ts'
import { anExposition, type ExportersReport } from './many-exporters.ts'
import { cpuSeconds, pssMiB } from './process-cost.ts'
import { type Measured, median, quantile } from './report.ts'
import { node } from './watching.ts'
import type { WatchedReport } from './watching-exporters.ts'

export async function measureExposition(): Promise<Measured[]> {
  return [...(await measureParsers()), ...(await measureExporters())]
}

type Parse = (body: Buffer) => unknown
const rounds = 7
const bodySamples = 20_000

/** In packages as a socket delivers them, which the parsers on npm cannot take. */
const ours: Parse = (body) => {
  const parser = expositionParser({ format: 'text', wanted: ['node_boot_time_seconds'] })
  for (let at = 0; at < body.length; at += 65_536) parser.write(body.subarray(at, at + 65_536))
  parser.end()
  if (parser.samples !== bodySamples) throw new Error(`${parser.samples} samples were read`)
}

async function timeOf(parse: Parse, body: Buffer): Promise<number> {
  const took: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const began = performance.now()
    await parse(body)
    took.push(performance.now() - began)
  }
  return median(took)
}

/** One body, our parser beside those that npm has. */
async function measureParsers(): Promise<Measured[]> {
  const place = await mkdtemp(join(tmpdir(), 'npm-parsers-'))
  try {
    const body = anExposition(bodySamples)
    const oursMs = await timeOf(ours, body)
    const what = `parse ${(body.length / 1e6).toFixed(1)} MB, ${bodySamples} samples`
    const npm = await npmParsers(place)
    if (npm.length === 0) return [{ what, ours: oursMs, unit: 'ms' }]
    const rows: Measured[] = []
    for (const { name, parse } of npm) {
      const value = await timeOf(parse, body)
      const beside = { what: name, value }
      const claim = { atMost: 0.5, of: 'ratio' } as const
      rows.push({ what, ours: oursMs, unit: 'ms', beside, claim })
    }
    return rows
  } finally {
    await rm(place, { recursive: true })
  }
}

async function npmParsers(place: string): Promise<{ name: string; parse: Parse }[]> {
  const names = ['parse-prometheus-text-format@1.1.1', 'prom2javascript@0.2.0', 'exposition@1.2.0']
  const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefix', place]
  try {
    await run('npm', [
      'install',
      '--fetch-timeout=20000',
      '--fetch-retries=0',
      ...options,
      ...names,
    ])
  } catch (error) {
    const why = (error as Error).message.split('\n').at(-1)
    console.log(`The parsers on npm are not measured: ${why}`)
    return []
  }
  const load = createRequire(join(place, 'index.js'))
  const [first, second, third] = names.map((name) => load(name.split('@')[0] ?? ''))
  const text = (body: Buffer) => body.toString('utf8')
  return [
    { name: names[0] ?? '', parse: (body) => (first.default ?? first)(text(body)) },
    {
      name: names[1] ?? '',
      parse: (body) => second.getMetricsFromStream(Readable.from([body])),
    },
    { name: names[2] ?? '', parse: (body) => third.parse(text(body)) },
  ]
}

const exporters = 1000
const samplesEach = 2000
const everyMs = 15_000
/** The first look at all of them, which is another thing than watching them. */
const settleMs = 17_000
const measuredMs = 46_000

type Cost = { cpuPercent: number; latenessMs: number; memory: number }

/** A thousand exporters every 15 s: our watchers, and a blackbox exporter that only probes. */
async function measureExporters(): Promise<Measured[]> {
  // Both at once: what disturbs one disturbs the other.
  const [watched, probed] = await Promise.all([
    onExporters(costOfOurs),
    onExporters(costOfBlackbox),
  ])
  return rowsOf(watched, probed)
}

async function onExporters<T>(
  measure: (serving: ChildProcess, urls: readonly string[]) => Promise<T>,
): Promise<T> {
  const sizes = [exporters, samplesEach].map(String)
  const serving = fork(join(import.meta.dirname, 'many-exporters.ts'), sizes, {
    execPath: node,
    execArgv: [],
  })
  try {
    const ports = await answerOf<number[]>(serving)
    return await measure(
      serving,
      ports.map((port) => `http://127.0.0.1:${port}/metrics`),
    )
  } finally {
    serving.disconnect()
  }
}

const answerOf = async <T>(child: ChildProcess): Promise<T> => (await once(child, 'message'))[0]

async function reportOf<T>(child: ChildProcess): Promise<T> {
  const answer = answerOf<T>(child)
  child.send('report')
  return answer
}

async function costOf(serving: ChildProcess, pid: number): Promise<Cost> {
  await pause(settleMs)
  await reportOf(serving)
  const cpu = await cpuSeconds(pid)
  const began = performance.now()
  await pause(measuredMs)
  const seconds = (performance.now() - began) / 1000
  const used = (await cpuSeconds(pid)) - cpu
  const { gapsMs, asked } = await reportOf<ExportersReport>(serving)
  const expected = (exporters * measuredMs) / everyMs
  if (asked < expected * 0.95) throw new Error(`only ${asked} of ${expected} scrapes came`)
  return {
    cpuPercent: (used / seconds) * 100,
    latenessMs: quantile(
      gapsMs.map((gap) => Math.max(0, gap - everyMs)),
      0.99,
    ),
    memory: await pssMiB(pid),
  }
}

async function costOfOurs(serving: ChildProcess, urls: readonly string[]): Promise<Cost> {
  const watching = fork(join(import.meta.dirname, 'watching-exporters.ts'), [String(everyMs)], {
    execPath: node,
    execArgv: [],
  })
  try {
    watching.send({ urls })
    const cost = await costOf(serving, watching.pid ?? 0)
    const { known, samples } = await reportOf<WatchedReport>(watching)
    if (known !== exporters || samples !== exporters * samplesEach)
      throw new Error(`${known} exporters with ${samples} samples were seen`)
    return cost
  } finally {
    watching.disconnect()
  }
}

/** Driven as its documentation says: by a Prometheus, whose own cost is not counted. */
async function costOfBlackbox(
  serving: ChildProcess,
  urls: readonly string[],
): Promise<Cost | undefined> {
  const possible = await labPossible()
  if (!possible.ok) {
    console.log(`No blackbox exporter beside us: ${possible.why}. ${possible.how}.`)
    return undefined
  }
  const parts = await setUp()
  const place = await mkdtemp(join(tmpdir(), 'blackbox-'))
  const module = { prober: 'http', timeout: '10s', http: { preferred_ip_protocol: 'ip4' } }
  await writeFile(join(place, 'blackbox.yml'), JSON.stringify({ modules: { up: module } }))
  const blackbox = await startProgram(parts, 'prometheus-blackbox-exporter', (address) => [
    `--config.file=${place}/blackbox.yml`,
    `--web.listen-address=${address}`,
    '--log.level=error',
  ])
  const job = {
    job_name: 'probes',
    scrape_interval: `${everyMs / 1000}s`,
    metrics_path: '/probe',
    static_configs: urls.map((url) => ({
      targets: [blackbox.address],
      labels: { __param_module: 'up', __param_target: url, probed: url },
    })),
  }
  await writeFile(join(place, 'prometheus.yml'), JSON.stringify({ scrape_configs: [job] }))
  const prometheus = await startPrometheus(parts, place)
  try {
    return await costOf(serving, blackbox.pid)
  } finally {
    await prometheus.stop()
    await blackbox.stop()
    await rm(place, { recursive: true })
  }
}

function rowsOf(watched: Cost, probed: Cost | undefined): Measured[] {
  const size = `${exporters} exporters × ${samplesEach} samples / ${everyMs / 1000} s`
  const what = 'blackbox exporter, which parses nothing'
  const row = (name: string, unit: Measured['unit'], of: keyof Cost): Measured => ({
    what: `${size}: ${name}`,
    ours: watched[of],
    unit,
    ...(probed && { beside: { what, value: probed[of] } }),
  })
  // Blackbox reads and throws away; we read and parse, so the claim is our own share.
  const late = row('lateness, p99', 'ms', 'latenessMs')
  return [
    { ...row('CPU', '% of a core', 'cpuPercent'), claim: { atMost: 25, of: 'ours' } },
    probed ? { ...late, claim: { atMost: 2, of: 'ratio' } } : late,
    row('memory', 'MiB', 'memory'),
  ]
}
