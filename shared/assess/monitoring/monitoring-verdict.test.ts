import { expect, test } from 'vitest'
import {
  anObservedState,
  desktopWith,
  minute,
  nativeWith,
  noon,
  noReading,
  switchedToDefault,
} from '../../../test/support/a-world.ts'
import {
  aBaseline,
  anExporterSight,
  answers,
  aTarget,
  fails,
  gpuExporterSight,
  grafanaWith,
  hostTarget,
  monitored,
  prometheusWith,
} from '../../../test/support/some-monitoring.ts'
import { assess } from '../assess.ts'
import type { HeldFinding } from '../finding.ts'
import { hold } from '../hold.ts'
import type { Situation } from '../situation.ts'
import { verdict } from '../verdict.ts'
import { monitoringVerdict } from './monitoring-verdict.ts'

/** The stack of these tests at home, all its containers up. */
const home = anObservedState({ engines: [desktopWith(), nativeWith()] })

const judge = (situation: Situation, holdTime = () => 0) => {
  const held: HeldFinding[] = hold([], assess(situation), noon, holdTime).filter(
    ({ code }) => !code.startsWith('SERVICE_'),
  )
  const monitoring = monitoringVerdict(situation, held)
  return {
    ...monitoring,
    held,
    overall: verdict({ ...situation, held, monitoringVerdict: monitoring }),
  }
}
const states = (situation: Situation) =>
  Object.fromEntries(judge(situation).chain.map(({ stage, state }) => [stage, state]))

test('monitoring works, and each link says so', () => {
  const { health, sentence, chain } = judge(monitored({}, { observed: home }))
  expect({ health, sentence }).toEqual({ health: 'ok', sentence: 'Monitoring works.' })
  expect(chain).toEqual([
    { stage: 'exporter', state: 'works', sentence: 'All 2 exporters give metrics.' },
    { stage: 'target', state: 'works', sentence: 'All 2 targets are up.' },
    { stage: 'samples', state: 'works', sentence: '2 jobs with fresh samples.' },
    { stage: 'datasource', state: 'works', sentence: '1 datasource of Grafana answers.' },
    { stage: 'dashboard', state: 'works', sentence: '1 of 1 dashboard shows data.' },
    { stage: 'logs', state: 'works', sentence: 'New log lines come in.' },
    { stage: 'alerting', state: 'works', sentence: 'Alertmanager answers.' },
  ])
})

test('what is broken first is the headline, also where what follows is worse', () => {
  const prometheus = [prometheusWith({ targets: [aTarget(), { ...hostTarget, health: 'down' }] })]
  const panels = [{ id: 1, title: 'Load', state: 'no-data', message: '' } as const]
  const grafana = [grafanaWith({ dashboards: [{ uid: 'n', title: 'N', folder: '', panels }] })]
  const { health, sentence, overall } = judge(
    monitored({ prometheus, grafana }, { observed: home }),
  )
  expect(health).toBe('critical')
  expect(sentence).toBe('Target host.docker.internal:9100 of job host is down, expected up.')
  expect(overall).toEqual({ health, sentence })
})

test('a switched context is the cause', () => {
  const exposition = noReading<never>('refused')
  const exporters = [anExporterSight({ exposition }), gpuExporterSight]
  const { sentence, overall } = judge(monitored({ exporters }, { observed: switchedToDefault }))
  expect(sentence).toMatch(/^Docker context is default, expected desktop-linux; node-exporter does/)
  expect(overall.sentence).toBe('Docker context is default, expected desktop-linux.')
})

test('where we cannot see, nothing is green', () => {
  const grafana = [answers('grafana', 3000, { version: '13', databaseOk: true })]
  const { health, sentence, overall } = judge(monitored({ grafana }, { observed: home }))
  expect(health).toBe('unknown')
  expect(sentence).toBe(
    'Monitoring works as far as it can be seen: whether Grafana reaches its datasources cannot be told: it was given no token for Sentinel.',
  )
  expect(overall.health).toBe('unknown')
})

test.each([
  [
    'exporter',
    {
      exporters: [anExporterSight({ exposition: noReading<never>('pending') }), gpuExporterSight],
      prometheus: [prometheusWith({ targets: [] })],
    },
  ],
  ['target', { prometheus: [fails(prometheusWith(), noReading('permission-denied'))] }],
  ['dashboard', { grafana: [fails(grafanaWith(), noReading('pending'))] }],
  ['logs', { loki: [answers('loki', 3100, { ready: true, version: '3' })] }],
  ['alerting', { watchdog: noReading<never>('other') }],
] as const)('%s cannot be told', (stage, sights) => {
  expect(states(monitored(sights, { observed: home }))).toMatchObject({ [stage]: 'cannot-tell' })
})

test('an exporter that we cannot ask works when Prometheus gets its metrics', () => {
  expect(states(monitored({ exporters: [gpuExporterSight] }, { observed: home }))).toMatchObject({
    exporter: 'works',
  })
  const itself = aTarget({ job: 'prometheus', scrapeUrl: 'http://localhost:9090/metrics' })
  const sights = {
    exporters: [gpuExporterSight],
    prometheus: [prometheusWith({ targets: [itself] })],
  }
  const baseline = aBaseline({ jobs: [] })
  expect(states(monitored(sights, { observed: home, baseline }))).toMatchObject({
    exporter: 'cannot-tell',
  })
})

test('what is not there breaks nothing', () => {
  const [project] = monitored().stack.projects
  const services = project?.starts[0]?.services.filter(({ name }) => name !== 'loki') ?? []
  const starts = [{ files: [], envFiles: [], services }]
  const stack = { ...monitored().stack, projects: [{ name: 'odin', workingDir: '/', starts }] }
  const situation = monitored({ loki: [] }, { observed: home, stack })
  expect(states(situation)).toMatchObject({ logs: 'not-there' })
  expect(judge(situation).health).toBe('ok')
})

test('pending is no alarm yet', () => {
  const exporters = [anExporterSight({ exposition: noReading<never>('refused') }), gpuExporterSight]
  const { health, chain } = judge(monitored({ exporters }, { observed: home }), () => minute)
  expect(health).toBe('ok')
  expect(chain[0]?.sentence).toBe('All 2 exporters give metrics; Sentinel is looking again.')
})

test('without sights nobody has looked', () => {
  const { monitoring: _, ...blind } = monitored({}, { observed: home })
  expect(monitoringVerdict(blind, [])).toMatchObject({ health: 'unknown', chain: [] })
})
