import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { watchdogReceiver } from '../../electron/adapters/watchdog/watchdog-receiver.ts'
import { alertmanagerWatcher } from '../../electron/observe/programs/alertmanager.ts'
import { grafanaWatcher } from '../../electron/observe/programs/grafana.ts'
import { configurationWatchers } from '../../electron/observe/programs/live-configurations.ts'
import { prometheusWatcher } from '../../electron/observe/programs/prometheus.ts'
import { watchdogWatcher } from '../../electron/observe/programs/watchdog.ts'
import type { Watcher } from '../../electron/observe/watcher.ts'
import type { Dashboard, Grafana } from '../../shared/domain/grafana.ts'
import type {
  Alertmanager,
  LiveConfiguration,
  Prometheus,
  ServiceSight,
  Watchdog,
} from '../../shared/domain/prometheus.ts'
import type { Reading } from '../../shared/domain/reading.ts'
import { type Collected, collected } from '../support/collected.ts'
import { type GrafanaStandIn, grafanaStandIn } from '../support/grafana-stand-in.ts'
import { type WebServer, webServer } from '../support/web-server.ts'
import { freePort, type HostProgram, startAlertmanager, startPrometheus } from './host-programs.ts'
import { setUp } from './set-up.ts'

// A real Prometheus and a real Alertmanager run on this machine; Grafana is a stand-in whose
// panels query the real Prometheus.

const often = 500
let directory: string
let exporter: WebServer
let page: WebServer
let nobody: number
let prometheus: HostProgram
let alertmanager: HostProgram
let grafana: GrafanaStandIn
const receiver = watchdogReceiver({ port: 0 })

type Watched<T> = { watcher: Watcher<T>; readings: Collected<Reading<T>> }
const watchers: Watcher<unknown>[] = []

function watched<T>(watcher: Watcher<T>): Watched<T> {
  const readings = collected<Reading<T>>()
  watcher.start(readings.add)
  watchers.push(watcher as Watcher<unknown>)
  return { watcher, readings }
}

/** The first value that fits, of those seen from now on. */
async function seen<T>({ readings }: Watched<T>, fits: (value: T) => boolean): Promise<T> {
  const reading = await readings.until(
    (one) => one.status === 'known' && fits(one.value),
    Math.max(readings.all.length - 1, 0),
  )
  if (reading.status !== 'known') throw new Error('not known')
  return reading.value
}

let onPrometheus: Watched<Prometheus>
let onAlertmanager: Watched<Alertmanager>
let onWatchdog: Watched<Watchdog>
let onGrafana: Watched<Grafana>

const configFile = () => join(directory, 'prometheus.yml')
const hostOf = (url: string) => new URL(url).host

const config = (alertmanagerHost: string) => `
global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }
rule_files: [rules.yml]
alerting:
  alertmanagers: [{ static_configs: [{ targets: ['${alertmanagerHost}'] }] }]
scrape_configs:
  - { job_name: good, static_configs: [{ targets: ['${hostOf(exporter.url)}'] }] }
  - { job_name: page, static_configs: [{ targets: ['${hostOf(page.url)}'] }] }
  - { job_name: nobody, static_configs: [{ targets: ['127.0.0.1:${nobody}'] }] }
  - { job_name: lost, static_configs: [{ targets: ['host.docker.internal.invalid:9100'] }] }
`

const rules = `
groups:
  - name: always
    rules:
      - { alert: Watchdog, expr: vector(1), labels: { severity: none } }
      - { alert: JobDown, expr: up == 0, labels: { severity: critical } }
  - name: odd
    rules:
      - { record: wrong, expr: 'up{job="good"} * on () group_left () up' }
`

const alertmanagerConfig = () => `
route:
  receiver: none
  routes:
    - matchers: ['alertname = Watchdog']
      receiver: sentinel
      group_wait: 0s
      group_interval: 1s
      repeat_interval: 1s
receivers:
  - name: none
  - name: sentinel
    webhook_configs: [{ url: '${receiver.url()}', send_resolved: false }]
`

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'apis-'))
  exporter = await webServer((_, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4')
    response.end('# TYPE requests_total counter\nrequests_total{code="200"} 5\nspare_nan NaN\n')
  })
  page = await webServer((_, response) => {
    response.setHeader('content-type', 'text/html')
    response.end('<html><body>This is no exposition.</body></html>\n')
  })
  nobody = await freePort()
  await receiver.listen()
  await writeFile(join(directory, 'alertmanager.yml'), alertmanagerConfig())
  const parts = await setUp()
  alertmanager = await startAlertmanager(parts, directory)
  await writeFile(configFile(), config(alertmanager.address))
  await writeFile(join(directory, 'rules.yml'), rules)
  prometheus = await startPrometheus(parts, directory, [
    '--storage.tsdb.retention.time=2d',
    '--web.enable-lifecycle',
    // What it sends before it has found its Alertmanager is lost until it sends again.
    '--rules.alert.resend-delay=1s',
  ])
  grafana = await grafanaStandIn({
    datasources: [
      {
        uid: 'prom',
        name: 'Prometheus',
        type: 'prometheus',
        url: prometheus.url,
        isDefault: true,
        jsonData: { timeInterval: '1s' },
      },
      { uid: 'gone', name: 'Gone', type: 'prometheus', url: `http://127.0.0.1:${nobody}` },
    ],
    dashboards: [{ uid: 'all', folderTitle: 'Odin', dashboard: { title: 'All', ...dashboard } }],
  })
  onPrometheus = watched(prometheusWatcher({ url: prometheus.url, everyMs: often }))
  onAlertmanager = watched(alertmanagerWatcher({ url: alertmanager.url, everyMs: often }))
  onWatchdog = watched(watchdogWatcher({ receiver, everySeconds: 1, everyMs: often }))
})

afterAll(async () => {
  await Promise.all(watchers.map((one) => one.stop()))
  await Promise.all([prometheus?.stop(), alertmanager?.stop(), grafana?.stop()])
  await Promise.all([exporter?.stop(), page?.stop()])
  await rm(directory, { recursive: true, force: true })
})

const panel = (id: number, title: string, expr: string, more: Record<string, unknown> = {}) => ({
  id,
  title,
  type: 'timeseries',
  targets: [{ refId: 'A', expr }],
  ...more,
})

const dashboard = {
  templating: {
    list: [
      { name: 'ds', type: 'datasource', query: 'prometheus', current: { value: 'prom' } },
      {
        name: 'job',
        type: 'query',
        datasource: { type: 'prometheus', uid: '${ds}' },
        query: { query: 'label_values(up, job)', refId: 'x' },
        includeAll: true,
        multi: true,
        current: { value: ['$__all'] },
      },
      {
        name: 'instance',
        type: 'query',
        datasource: { type: 'prometheus', uid: '${ds}' },
        query: 'label_values(up{job=~"$job"}, instance)',
        current: { value: 'left-long-ago:9100' },
      },
    ],
  },
  panels: [
    panel(1, 'Requests', 'requests_total{job=~"$job"}'),
    panel(2, 'Rate', 'rate(requests_total[$__rate_interval])'),
    panel(3, 'No such metric', 'no_such_metric{job=~"$job"}'),
    panel(4, 'Broken', 'sum('),
    panel(5, 'Words', '', { type: 'text', targets: undefined }),
    panel(6, 'Instance', 'up{instance="$instance"}'),
    panel(7, 'Gone', 'up', { datasource: { type: 'prometheus', uid: 'gone' } }),
    panel(8, 'Not a number', 'spare_nan'),
    {
      id: 9,
      type: 'row',
      title: 'Folded',
      collapsed: true,
      panels: [
        panel(10, 'Now', 'up', { targets: [{ refId: 'A', expr: 'count(up)', instant: true }] }),
      ],
    },
  ],
}

describe('Prometheus', () => {
  test('targets are up and down with its own words', async () => {
    const { targets, version, ready } = await seen(
      onPrometheus,
      (one) => one.targets.filter(({ health }) => health !== 'unknown').length === 4,
    )
    expect(version).toMatch(/^[23]\./)
    expect(ready).toBe(true)
    const of = (job: string) => targets.find((one) => one.job === job)
    expect(of('good')).toMatchObject({ health: 'up', error: '', scrapeIntervalSeconds: 1 })
    expect(of('good')?.instance).toBe(hostOf(exporter.url))
    expect(of('good')?.lastScrapeAt).toBeGreaterThan(Date.now() - 60_000)
    expect(of('nobody')).toMatchObject({ health: 'down' })
    expect(of('nobody')?.error).toContain('connection refused')
    expect(of('page')).toMatchObject({ health: 'down' })
    expect(of('page')?.error).not.toBe('')
    expect(of('lost')?.health).toBe('down')
  })

  test('facts that backups need, and what it really runs', async () => {
    const one = await seen(onPrometheus, () => true)
    expect(one).toMatchObject({
      adminApi: false,
      lifecycle: true,
      configFile: configFile(),
      storagePath: join(directory, 'data'),
      retention: '2d',
      configAccepted: true,
    })
    expect(one.startedAt).toBeGreaterThan(Date.now() - 300_000)
    const { scrape_configs } = parse(one.liveConfig)
    expect(scrape_configs).toHaveLength(4)
  })

  test('the newest sample of every job is told, also of those that are down', async () => {
    const { newestSampleAt } = await seen(
      onPrometheus,
      (one) => Object.keys(one.newestSampleAt).length === 4,
    )
    for (const at of Object.values(newestSampleAt)) {
      expect(at).toBeGreaterThan(Date.now() - 60_000)
      expect(at).toBeLessThanOrEqual(Date.now())
    }
  })

  test('rules that fail and alerts that fire are told', async () => {
    const one = await seen(
      onPrometheus,
      ({ rules, firingAlerts }) => rules.failing.length > 0 && firingAlerts.includes('JobDown'),
    )
    expect(one.rules.total).toBe(3)
    expect(one.rules.failing).toMatchObject([{ name: 'wrong' }])
    expect(one.rules.failing[0]?.error).not.toBe('')
    expect(one.firingAlerts).toEqual(expect.arrayContaining(['Watchdog', 'JobDown']))
  })

  test('runs what is in its file, and a file that was replaced elsewhere is told', async () => {
    const place = { project: 'odin', service: 'prometheus', url: prometheus.url }
    const watching = configurationWatchers()
    let sights: readonly ServiceSight<LiveConfiguration>[] = []
    watching.start((all) => {
      sights = all
    })
    // Where the host has it, once an editor has put another file in the place of the mounted one.
    const replaced = join(directory, 'replaced.yml')
    const text = config(alertmanager.address)
    await writeFile(replaced, text.replace('job_name: lost', 'job_name: found'))
    try {
      for (const [file, differs] of [
        [configFile(), []],
        [replaced, ['scrape_configs.3.job_name']],
      ] as const) {
        watching.setEndpoints([{ ...place, program: 'prometheus', files: [file] }])
        await watching.lookNow()
        expect(sights[0]?.look).toMatchObject({ value: { file, differs } })
      }
    } finally {
      await watching.stop()
    }
  })

  test('a reload of a configuration that it refuses leaves the old one live', async () => {
    const good = config(alertmanager.address)
    await writeFile(configFile(), `${good}\nnonsense: true\n`)
    const answer = await fetch(`${prometheus.url}/-/reload`, { method: 'POST' })
    expect(answer.status).toBe(500)
    const refused = await seen(onPrometheus, ({ configAccepted }) => !configAccepted)
    expect(refused.liveConfig).not.toContain('nonsense')
    await writeFile(configFile(), good)
    process.kill(prometheus.pid, 'SIGHUP')
    await seen(onPrometheus, ({ configAccepted }) => configAccepted)
  })
})

describe('Alertmanager', () => {
  test('hands the Watchdog on to us, again and again', async () => {
    const first = await seen(onWatchdog, ({ lastBeatAt }) => lastBeatAt !== undefined)
    expect(first.url).toBe(receiver.url())
    expect(first.lastBeatAt).toBeGreaterThanOrEqual(first.listeningSince)
    await seen(onWatchdog, ({ lastBeatAt }) => (lastBeatAt ?? 0) > (first.lastBeatAt ?? 0))
  })

  test('tells its alerts, and counts its silences', async () => {
    const one = await seen(onAlertmanager, ({ alerts }) =>
      alerts.some(({ name }) => name === 'JobDown'),
    )
    expect(one.version).toMatch(/^0\./)
    expect(one).toMatchObject({ ready: true, silences: 0 })
    const down = one.alerts.find(({ labels }) => labels['job'] === 'nobody')
    expect(down).toMatchObject({ name: 'JobDown', severity: 'critical', state: 'active' })
    const minute = (from: number) => new Date(Date.now() + from * 60_000).toISOString()
    const answer = await fetch(`${alertmanager.url}/api/v2/silences`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        matchers: [{ name: 'alertname', value: 'JobDown', isRegex: false, isEqual: true }],
        startsAt: minute(0),
        endsAt: minute(60),
        createdBy: 'the lab',
        comment: 'a test',
      }),
    })
    expect(answer.status).toBe(200)
    await seen(
      onAlertmanager,
      ({ silences, alerts }) =>
        silences === 1 && alerts.some(({ state }) => state === 'suppressed'),
    )
  })

  test('runs what is in its file, or says where it does not until it is reloaded', async () => {
    const file = join(directory, 'alertmanager.yml')
    const place = { project: 'odin', service: 'alertmanager', url: alertmanager.url }
    const watching = configurationWatchers()
    let sights: readonly ServiceSight<LiveConfiguration>[] = []
    watching.start((all) => {
      sights = all
    })
    try {
      watching.setEndpoints([{ ...place, program: 'alertmanager', files: [file] }])
      await watching.lookNow()
      expect(sights[0]?.look).toMatchObject({ value: { file, differs: [] } })
      await writeFile(
        file,
        alertmanagerConfig().replace('repeat_interval: 1s', 'repeat_interval: 26h'),
      )
      await watching.lookNow()
      expect(sights[0]?.look).toMatchObject({
        value: { differs: ['route.routes.0.repeat_interval'] },
      })
      expect((await fetch(`${alertmanager.url}/-/reload`, { method: 'POST' })).status).toBe(200)
      await watching.lookNow()
      expect(sights[0]?.look).toMatchObject({ value: { differs: [] } })
    } finally {
      await watching.stop()
      await writeFile(file, alertmanagerConfig())
      await fetch(`${alertmanager.url}/-/reload`, { method: 'POST' })
    }
  })

  test('that is gone is unknown, with what was known', async () => {
    const url = alertmanager.url
    await alertmanager.stop()
    const lost = await onAlertmanager.readings.until(({ status }) => status === 'unknown')
    expect(lost).toMatchObject({
      failure: { code: 'refused', message: `Nobody answers for Alertmanager at ${url}.` },
      lastKnown: { silences: 1 },
    })
  })
})

describe('Grafana (a stand-in) over the real Prometheus', () => {
  test('its panels are told apart by what their queries return', async () => {
    const watcher = grafanaWatcher({
      url: grafana.url,
      token: async () => grafana.token,
      everyMs: often,
    })
    onGrafana = watched(watcher)
    const one = await seen(onGrafana, ({ dashboards }) => dashboards !== undefined)
    expect(one.datasources).toMatchObject([
      { uid: 'prom', health: 'ok' },
      { uid: 'gone', health: 'error' },
    ])
    const [all] = one.dashboards as [Dashboard]
    expect(all).toMatchObject({ uid: 'all', title: 'All', folder: 'Odin' })
    const states = Object.fromEntries(all.panels.map(({ title, state }) => [title, state]))
    expect(states).toEqual({
      Requests: 'data',
      Rate: 'data',
      'No such metric': 'no-data',
      Broken: 'error',
      Words: 'asks-nothing',
      Instance: 'data',
      Gone: 'error',
      'Not a number': 'data',
      Now: 'data',
    })
    expect(all.panels.find(({ title }) => title === 'Broken')?.message).toContain('bad_data')
  })

  test('a Prometheus that is gone leaves no panel with data', async () => {
    await prometheus.stop()
    const watcher = onGrafana.watcher as ReturnType<typeof grafanaWatcher>
    await watcher.checkDashboardsNow()
    const one = await seen(onGrafana, ({ datasources }) =>
      (datasources ?? []).every(({ health }) => health === 'error'),
    )
    const panels = one.dashboards?.flatMap((dashboard) => dashboard.panels) ?? []
    expect(panels.filter(({ state }) => state === 'data')).toEqual([])
    const requests = panels.find(({ title }) => title === 'Requests')
    expect(requests?.lastDataAt).toBeLessThan(requests?.since ?? 0)
  })
})
