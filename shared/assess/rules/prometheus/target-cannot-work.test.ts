import { expect, test } from 'vitest'
import {
  anObservedState,
  desktopWith,
  nativeHome,
  nativeWith,
} from '../../../../test/support/a-world.ts'
import {
  aNetworked,
  aTarget,
  grafanaWith,
  hostTarget,
  monitored,
  monitoredStack,
  onNetwork,
  prometheusWith,
} from '../../../../test/support/some-monitoring.ts'
import type { Container } from '../../../domain/container.ts'
import type { Target } from '../../../domain/prometheus.ts'
import { targetCannotWork } from './target-cannot-work.ts'

const node = aNetworked({
  service: 'node-exporter',
  networks: [onNetwork('odin_odin', 4, ['node-exporter'])],
})
const prometheus = (different: Partial<Container> = {}) =>
  aNetworked({ service: 'prometheus', ...different })

/** The stack is at home on the native engine, and so is its Prometheus. */
function onNative(targets: Target[], different: Partial<Container> = {}, liveConfig = '') {
  const observed = anObservedState({ engines: [nativeWith([prometheus(different), node])] })
  return monitored(
    { prometheus: [prometheusWith({ targets, ...(liveConfig && { liveConfig }) })] },
    { observed, stack: { ...monitoredStack, home: nativeHome } },
  )
}

const down = { health: 'down', error: 'context deadline exceeded' } as const

test('the incident: one sentence for all that ask host.docker.internal, and the exact patch', () => {
  const gpu = aTarget({
    job: 'gpu',
    instance: 'x',
    scrapeUrl: 'http://host.docker.internal:9835/metrics',
    ...down,
  })
  expect(targetCannotWork(onNative([aTarget(), { ...hostTarget, ...down }, gpu]))).toMatchObject([
    {
      severity: 'critical',
      subject: 'reach:odin/prometheus/host.docker.internal',
      sentence:
        'prometheus cannot reach host.docker.internal on default: a native engine does not know host.docker.internal unless extra_hosts says it.',
      evidence: {
        asked: 'job host at host.docker.internal:9100, job gpu at host.docker.internal:9835',
        patch: 'services: { prometheus: { extra_hosts: ["host.docker.internal:host-gateway"] } }',
        'in file': '/home/ada/odin/docker-compose.yml',
      },
    },
  ])
})

test('told before anything fails', () => {
  const { lastScrapeAt: _, ...waiting } = { ...hostTarget, health: 'unknown' } as const
  expect(targetCannotWork(onNative([waiting]))).toMatchObject([{ severity: 'warning' }])
  const config = `
scrape_configs: [{ job_name: later, static_configs: [{ targets: ["localhost:9100"] }] }]
alerting: { alertmanagers: [{ static_configs: [{ targets: ["host.docker.internal:9093"] }] }] }
`
  expect(
    targetCannotWork(onNative([], {}, config)).map(({ evidence }) => evidence['asked']),
  ).toEqual(['job later at localhost:9100', 'alerting at host.docker.internal:9093'])
})

test.each<[string, Target[], Partial<Container>]>([
  ['what is up works, whatever the table says', [hostTarget], {}],
  [
    'a name that leads somewhere on one port does so on all',
    [
      hostTarget,
      aTarget({ ...hostTarget, ...down, scrapeUrl: 'http://host.docker.internal:9101/metrics' }),
    ],
    {},
  ],
  [
    'with extra_hosts',
    [{ ...hostTarget, ...down }],
    { extraHosts: ['host.docker.internal:host-gateway'] },
  ],
  ['where it is down, and the address is right', [aTarget(down)], {}],
  ['Prometheus itself', [aTarget({ ...down, scrapeUrl: 'http://localhost:9090/metrics' })], {}],
])('silent: %s', (_, targets, different) => {
  expect(targetCannotWork(onNative(targets, different))).toEqual([])
})

test('on Docker Desktop the name works', () => {
  const observed = anObservedState({ engines: [desktopWith([prometheus(), node]), nativeWith()] })
  const sights = { prometheus: [prometheusWith({ targets: [{ ...hostTarget, ...down }] })] }
  expect(targetCannotWork(monitored(sights, { observed }))).toEqual([])
})

test('Prometheus that was started on the wrong engine is judged where it runs', () => {
  const observed = anObservedState({ engines: [desktopWith([]), nativeWith([prometheus(), node])] })
  const sights = { prometheus: [prometheusWith({ targets: [{ ...hostTarget, ...down }] })] }
  expect(targetCannotWork(monitored(sights, { observed }))).toMatchObject([
    { evidence: { engine: 'default (unix:///var/run/docker.sock)' } },
  ])
})

test('a datasource of Grafana is asked from where Grafana is', () => {
  const datasource = {
    uid: 'p',
    name: 'Prometheus',
    type: 'prometheus',
    url: 'http://localhost:9090',
    health: 'error',
    message: '',
  } as const
  const grafana = aNetworked({ service: 'grafana', networks: [onNetwork('odin_odin', 5)] })
  const observed = anObservedState({
    engines: [desktopWith([prometheus(), grafana]), nativeWith()],
  })
  const sights = { grafana: [grafanaWith({ datasources: [datasource] })] }
  expect(targetCannotWork(monitored(sights, { observed }))).toMatchObject([
    {
      subject: 'reach:odin/grafana/localhost',
      evidence: { asked: 'datasource Prometheus at localhost:9090' },
    },
  ])
})
