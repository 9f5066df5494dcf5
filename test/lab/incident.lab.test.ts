import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { FindingCode } from '../../shared/assess/finding.ts'
import type { IncidentView, StatusView } from '../../shared/ipc/status.ts'
import { type MonitoredLab, prometheusAtHome, startMonitoredLab } from './monitored.ts'
import { sentinel, type Watch, watch } from './sentinel.ts'

// The incident, whole: a stack that works is moved to the other engine by one switched context,
// exporters are started as units beside it, and every panel says "No data". Then the way back.

let lab: MonitoredLab
let guard: Watch
/** The configuration of Prometheus before anybody touched it. */
let rightConfig: string

beforeAll(async () => {
  lab = await startMonitoredLab()
  await lab.scrapeOften()
  rightConfig = await readFile(join(lab.lab.stackDirectory, 'prometheus.yml'), 'utf8')
  await lab.bringUp('desktop-linux')
  await lab.adopt()
  guard = await watch(lab.lab, lab.env, 'monitoring too')
})

afterAll(async () => {
  await guard?.stop()
  await lab?.close()
})

const untilStatus = (what: string, fits: (status: StatusView) => boolean): Promise<StatusView> =>
  guard.until(what, (line) =>
    line.type === 'state' && fits(line.status) ? line.status : undefined,
  )

const firing = ({ findings }: StatusView) => findings.filter(({ status }) => status === 'firing')
const keyOf = ({ code, subject }: { code: FindingCode; subject: string }) => `${code}@${subject}`
const codesOf = (status: StatusView): FindingCode[] => [
  ...new Set(firing(status).map(({ code }) => code)),
]
const open = ({ incidents }: StatusView): IncidentView[] =>
  incidents.filter(({ status }) => status === 'firing')

/** Until none of these is a finding any more; then nobody may have opened a second incident. */
async function untilGone(...gone: readonly string[]): Promise<StatusView> {
  const status = await untilStatus(`${gone.join(' and ')} gone`, (one) =>
    firing(one).every(({ code, subject }) => !gone.includes(code) && !gone.includes(subject)),
  )
  expect(open(status).length, JSON.stringify(open(status))).toBeLessThanOrEqual(1)
  return status
}

it('works at home: no finding, and what is there is accepted', async () => {
  const status = await untilStatus(
    'a stack that works',
    ({ health, monitoring }) => health === 'ok' && monitoring?.health === 'ok',
  )
  expect(status.monitoring?.sentence).toBe('Monitoring works.')
  expect(firing(status)).toEqual([])
  expect(status.monitoring?.chain.map(({ state }) => state)).toEqual(Array(7).fill('works'))
  expect(guard.fired()).toEqual([])
  const accepted = await sentinel(lab.lab, ['accept', '--json'], lab.env)
  expect(accepted.code, accepted.stdout + accepted.stderr).toBe(0)
})

it('breaks as one incident, with the switch as its cause and every fact named', async () => {
  guard.mark()
  await lab.lab.docker(['context', 'use', 'default'])
  await lab.bringDown('desktop-linux')
  await lab.systemd.systemctl('start', 'node_exporter.service', 'nvidia_gpu_exporter.service')
  await lab.edit('prometheus.yml', (text) =>
    text.replace(
      'targets: ["host.docker.internal:9182"]',
      `targets: ["host.docker.internal:9100"]
  - job_name: gpu
    static_configs:
      - targets: ["host.docker.internal:9836"]
    basic_auth: { username: sentinel, password: hunter2-of-the-lab }`,
    ),
  )
  await lab.pointGrafanaTo('http://host.docker.internal:9090')
  const refused = (await lab.bringUp('native')).map(({ stderr }) => stderr).join('')
  expect(refused).toMatch(/listen tcp4 0\.0\.0\.0:(9100|9835): bind: address already in use/)

  const facts: FindingCode[] = [
    ...(['CONTEXT_SWITCHED', 'STRAY_CONTAINERS', 'SERVICE_MISSING'] as const),
    ...(['TARGET_CANNOT_WORK', 'HYBRID_DEPLOYMENT', 'PORT_CONFLICT', 'CONFIG_DRIFT'] as const),
    ...(['PORT_NEAR_MISS', 'PROMETHEUS_TARGET_DOWN'] as const),
    ...(['DATASOURCE_BROKEN', 'DASHBOARD_NO_DATA'] as const),
  ]
  const subjects = [
    'HYBRID_DEPLOYMENT@unit:node_exporter.service',
    'HYBRID_DEPLOYMENT@unit:nvidia_gpu_exporter.service',
    'PORT_CONFLICT@port:9100/tcp',
    'PORT_CONFLICT@port:9835/tcp',
    'PORT_NEAR_MISS@address:host.docker.internal:9836',
    'TARGET_CANNOT_WORK@reach:odin/prometheus/host.docker.internal',
    'TARGET_CANNOT_WORK@reach:odin/grafana/host.docker.internal',
    'PROMETHEUS_TARGET_DOWN@target:host/host.docker.internal:9100',
    'DASHBOARD_NO_DATA@dashboard:gpu',
    'DASHBOARD_NO_DATA@dashboard:host',
  ]
  // The facts come in one by one: Prometheus says of each job at another moment that it is down.
  const status = await untilStatus('every fact of the incident', (one) => {
    const keys = firing(one).map(keyOf)
    return (
      facts.every((code) => codesOf(one).includes(code)) &&
      subjects.every((subject) => keys.includes(subject))
    )
  })
  expect(codesOf(status).toSorted()).toEqual(facts.toSorted())
  const drift = await sentinel(lab.lab, ['drift'], lab.env)
  expect(drift.stdout, drift.stderr).toMatch(/\+ +- targets: \["host\.docker\.internal:9836"\]/)
  expect(drift.stdout).toMatch(/username: sentinel, password: <secret [0-9a-f]{4}> \}/)
  expect(drift.stdout).not.toContain('hunter2')
  const [incident] = open(status)
  expect(open(status)).toHaveLength(1)
  expect(incident).toMatchObject({ cause: 'CONTEXT_SWITCHED', severity: 'critical' })
  expect(incident?.findings.toSorted()).toEqual(firing(status).map(keyOf).toSorted())
  expect(guard.incidents()).toEqual(['CONTEXT_SWITCHED'])
  const sentenceOf = (key: string) =>
    firing(status).find((finding) => keyOf(finding) === key)?.sentence
  expect(sentenceOf('PORT_CONFLICT@port:9100/tcp')).toBe(
    'Port 9100 is held by node_exporter.service, expected node-exporter.',
  )
  const words = [/^Docker context is default, expected desktop-linux/, /host\.docker\.internal/]
  for (const word of [...words, /node_exporter\.service/, /prometheus\.yml/]) {
    expect(incident?.sentence).toMatch(word)
  }
  expect(status.monitoring).toMatchObject({ health: 'critical' })
  expect(status.monitoring?.sentence).toMatch(/^Docker context is default, expected desktop-linux/)
})

it('is repaired fact by fact, and each one repaired disappears', async () => {
  guard.mark()
  await lab.systemd.systemctl('stop', 'node_exporter.service', 'nvidia_gpu_exporter.service')
  await untilGone('HYBRID_DEPLOYMENT', 'PORT_CONFLICT')

  await lab.lab.docker(['context', 'use', 'desktop-linux'])
  await untilGone('CONTEXT_SWITCHED')

  await lab.edit('prometheus.yml', () => rightConfig)
  await untilGone('CONFIG_DRIFT')

  await lab.bringDown('native')
  await untilGone('STRAY_CONTAINERS')

  await lab.pointGrafanaTo(prometheusAtHome)
  await lab.bringUp('desktop-linux')
  await untilGone('SERVICE_MISSING', 'TARGET_CANNOT_WORK', 'PROMETHEUS_TARGET_DOWN')
  await untilGone('DATASOURCE_BROKEN', 'DASHBOARD_NO_DATA')

  const status = await untilStatus(
    'a stack that works',
    ({ health, monitoring }) => health === 'ok' && monitoring?.health === 'ok',
  )
  expect(status.monitoring?.sentence).toBe('Monitoring works.')
  expect(open(status)).toEqual([])
  expect(guard.incidents()).toHaveLength(1)
})

const minutes = Number(process.env['ODIN_LAB_MINUTES'] ?? 0.5)

it(
  `raises nothing while it works, under load for ${minutes} min (ODIN_LAB_MINUTES=10: ten)`,
  async () => {
    guard.mark()
    const until = Date.now() + minutes * 60_000
    let asked = 0
    while (Date.now() < until) {
      await Promise.all([
        lab.get('http://127.0.0.1:9090/api/v1/query?query=rate(node_cpu_seconds_total[1m])'),
        lab.get('http://127.0.0.1:9100/metrics'),
        lab.lab.docker([
          'exec',
          'odin-cadvisor-1',
          'dd',
          'if=/dev/zero',
          'of=/dev/null',
          'count=9',
        ]),
      ])
      asked += 1
    }
    expect(asked).toBeGreaterThan(0)
    expect(guard.fired()).toEqual([])
    expect(guard.incidents()).toEqual([])
    await guard.untilHealth('ok')
  },
  (minutes + 5) * 60_000,
)
