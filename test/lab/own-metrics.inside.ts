import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type SettingsFile, settingsFile } from '../../electron/sentinel/keep/settings-file.ts'
import { openSentinel } from '../../electron/sentinel/open-sentinel.ts'
import type { Sentinel } from '../../electron/sentinel/surface.ts'
import { forwardIncidents } from '../../electron/sentinel/tell/forward.ts'
import { outward } from '../../electron/sentinel/tell/outward.ts'
import { type DemoWorld, openDemoWorld } from '../support/world.ts'
import { freePort, type HostProgram, startAlertmanager, startPrometheus } from './host-programs.ts'
import { type LabParts, setUp } from './set-up.ts'

// Sentinel as others see it: a real Prometheus scrapes it and loads the rules that are shipped,
// every query of the dashboard is put to it, and a real Alertmanager is told of an incident.

const assets = resolve(import.meta.dirname, '../../assets/monitoring')

let parts: LabParts
let directory: string
let world: DemoWorld
let sentinel: Sentinel
let settings: SettingsFile
let outside: { stop(): Promise<void> }
let prometheus: HostProgram
let alertmanager: HostProgram
let beats: { server: Server; count: number; port: number }
let metricsUrl: string
const said: string[] = []

beforeAll(async () => {
  parts = await setUp()
  directory = await mkdtemp(join(tmpdir(), 'own-metrics-'))
  world = await openDemoWorld()
  beats = await beatServer()
  alertmanager = await alertmanagerForNobody()
  const port = await freePort()
  metricsUrl = `http://127.0.0.1:${port}/metrics`
  prometheus = await scraping(port)

  const config = join(world.env['XDG_CONFIG_HOME'] ?? '', 'odin-sentinel')
  const state = join(world.env['XDG_STATE_HOME'] ?? '', 'odin-sentinel')
  await mkdir(config, { recursive: true })
  const chosen = [
    `metrics: { listen: "127.0.0.1:${port}" }`,
    `forward: { alertmanager: { url: "http://${alertmanager.address}" } }`,
    `heartbeat: { url: "http://127.0.0.1:${beats.port}/s3cret", everySeconds: 10 }`,
  ]
  await writeFile(join(config, 'settings.yaml'), chosen.join('\n'))
  settings = settingsFile({ configDirectory: config, stateDirectory: state })
  await settings.start((sentence) => said.push(sentence))
  const { env, homeDirectory, defaultEndpoint, userUnits } = world
  sentinel = await openSentinel({
    place: { env, homeDirectory, defaultEndpoint },
    userUnits,
    monitoring: true,
    holdFor: (code) => (code === 'SENTINEL_BLIND' ? 5_000 : 0),
  })
  const tell = (sentence: string) => said.push(sentence)
  const own = { version: '1.2.3', machine: 'lab', stateDirectory: state, onProblem: tell }
  outside = outward({ sentinel, settings, ...own })
  await sentinel.start()
  await sentinel.adopt({ projects: ['odin'] })
  await world.contextCreate('native', world.native.endpoint)
  await world.contextUse('native')
})

afterAll(async () => {
  await outside?.stop()
  await settings?.stop()
  await sentinel?.stop()
  await prometheus?.stop()
  await alertmanager?.stop()
  beats?.server.close()
  await world?.close()
  await rm(directory, { recursive: true, force: true })
})

async function beatServer() {
  const held = { server: createServer(), count: 0, port: 0 }
  held.server.on('request', (_request, response) => {
    held.count += 1
    response.end('OK')
  })
  held.port = await freePort()
  await new Promise<void>((done) => held.server.listen(held.port, '127.0.0.1', done))
  return held
}

async function alertmanagerForNobody(): Promise<HostProgram> {
  const file = join(directory, 'alertmanager.yml')
  await writeFile(file, 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n')
  return startAlertmanager(parts, directory)
}

async function scraping(port: number): Promise<HostProgram> {
  const configuration = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [join(assets, 'sentinel-alerts.yaml')],
    scrape_configs: [
      { job_name: 'odin-sentinel', static_configs: [{ targets: [`127.0.0.1:${port}`] }] },
    ],
  }
  await writeFile(join(directory, 'prometheus.yml'), JSON.stringify(configuration))
  return startPrometheus(parts, directory)
}

type Series = { metric: Record<string, string>; value: [number, string] }

async function ask<T>(path: string): Promise<T> {
  const answer = await fetch(`http://${prometheus.address}/api/v1/${path}`)
  const body = (await answer.json()) as { status: string; error?: string; data: T }
  if (body.status !== 'success') throw new Error(body.error ?? 'Prometheus refuses.')
  return body.data
}

const query = async (expr: string): Promise<Series[]> =>
  (await ask<{ result: Series[] }>(`query?query=${encodeURIComponent(expr)}`)).result

/** A Prometheus scrapes when it scrapes: asking is the only way. */
async function until<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  const limit = Date.now() + 60_000
  while (Date.now() < limit) {
    const found = await look()
    if (found) return found
    await delay(200)
  }
  throw new Error(`never: ${what}\n${said.join('\n')}`)
}

test('a real Prometheus scrapes Sentinel, and sees that the context left home', async () => {
  const [away] = await until('the context is away', async () => {
    const found = await query('sentinel_context_is_home == 0')
    return found.length > 0 && found
  })
  expect(away?.metric).toMatchObject({ stack: 'odin', job: 'odin-sentinel' })
  const critical = await query('sentinel_stack_health{health="critical"} == 1')
  expect(critical.map(({ metric }) => metric['stack'])).toEqual(['odin'])
  const [findings] = await query('sentinel_finding_firing{code="CONTEXT_SWITCHED"}')
  expect(findings?.metric).toMatchObject({ severity: 'critical', subject: 'context:current' })
  const home = await query('sum(sentinel_service_running{at="home"})')
  expect(Number(home[0]?.value[1])).toBe(14)
  const [up] = await query('up{job="odin-sentinel"}')
  expect(up?.value[1]).toBe('1')
})

test('the rules that are shipped load and are evaluated without an error', async () => {
  type Rules = { groups: { rules: { name: string; health: string; lastError?: string }[] }[] }
  const rules = await until('all rules are evaluated', async () => {
    const { groups } = await ask<Rules>('rules')
    const all = groups.flatMap((group) => group.rules)
    return all.length > 0 && all.every(({ health }) => health !== 'unknown') && all
  })
  expect(rules.filter(({ health }) => health !== 'ok')).toEqual([])
  expect(rules.map(({ name }) => name)).toContain('OdinSentinelAbsent')
  await until('the context away from home is pending', async () => {
    const alerts = await query('ALERTS{alertname="OdinContextNotHome"}')
    return alerts.length > 0
  })
  expect(await query('ALERTS{alertname=~"OdinSentinel.*"}')).toEqual([])
})

describe('the dashboard that is shipped', async () => {
  const text = await readFile(join(assets, 'sentinel-dashboard.json'), 'utf8')
  type Panel = { title: string; targets: { expr: string }[] }
  const { panels } = JSON.parse(text) as { panels: Panel[] }
  const queries = panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }): [string, string] => [title, expr]),
  )

  test('has queries', () => {
    expect(queries.length).toBeGreaterThan(8)
  })

  test.each(queries)('%s shows data', async (_title, expr) => {
    const expanded = expr.replaceAll('$stack', '.*').replaceAll('$__rate_interval', '1m')
    await until(`${expanded} has data`, async () => (await query(expanded)).length > 0)
  })
})

test('nothing but /metrics is served, and only to this machine', async () => {
  expect((await fetch(metricsUrl.replace('/metrics', '/'))).status).toBe(404)
  expect((await fetch(metricsUrl, { method: 'POST' })).status).toBe(405)
  const text = await (await fetch(metricsUrl)).text()
  expect(text).toContain('sentinel_build_info{version="1.2.3",demo="false"} 1')
  expect(text).not.toContain('nodejs_')
  expect(text).not.toContain('s3cret')
})

test('a real Alertmanager is told of the incident, and of its end', async () => {
  type Alert = { labels: Record<string, string>; status: { state: string } }
  const mine = async () => {
    const answer = await fetch(`http://${alertmanager.address}/api/v2/alerts`)
    const all = (await answer.json()) as Alert[]
    return all.find(
      ({ labels }) => labels['alertname'] === 'CONTEXT_SWITCHED' && labels['machine'] === 'place',
    )
  }
  // Nothing listens where the demo's programs should be: this guard looks at the place alone.
  const { env, homeDirectory, defaultEndpoint, userUnits } = world
  const place = { env, homeDirectory, defaultEndpoint }
  const guard = await openSentinel({ place, userUnits, holdFor: () => 0 })
  const url = `http://${alertmanager.address}`
  const stop = forwardIncidents({
    sentinel: guard,
    choices: { alertmanager: url },
    machine: 'place',
    onProblem: (sentence) => said.push(sentence),
  })
  try {
    await guard.start()
    const firing = await until('the alert is there', mine)
    expect(firing.labels).toMatchObject({ stack: 'odin', severity: 'critical' })
    await world.contextUse('desktop-linux')
    await until('the alert is gone', async () => !(await mine()))
  } finally {
    await stop()
    await guard.stop()
  }
})

test('the heart beats while verdicts come', async () => {
  await until('a beat', async () => beats.count > 0)
  await until('it is counted', async () =>
    (await query('sentinel_heartbeats_total{result="sent"} > 0')).at(0),
  )
  expect(said).toEqual([])
})
