import { describe, expect, test } from 'vitest'
import { afterSeeing, aHeldFinding } from '../../test/support/a-situation.ts'
import {
  aFailure,
  anObservedState,
  aReading,
  desktopStopped,
  desktopWith,
  minute,
  nativeWith,
  noon,
  noReading,
  second,
} from '../../test/support/a-world.ts'
import {
  aBaseline,
  aFile,
  aListener,
  aNetworked,
  anExporterSight,
  aTarget,
  aUnit,
  fails,
  gpuExporterSight,
  grafanaWith,
  hostTarget,
  monitored,
  monitoredStack,
  onNetwork,
  prometheusWith,
  someMonitoring,
} from '../../test/support/some-monitoring.ts'
import type { MonitoringSights } from '../domain/monitoring.ts'
import type { ObservedState } from '../domain/observed-state.ts'
import { unknown } from '../domain/reading.ts'
import { assess } from './assess.ts'
import type { HeldFinding, Incident } from './finding.ts'
import { hold } from './hold.ts'
import { groupIncidents } from './incidents.ts'

const services = ['prometheus', 'grafana', 'alertmanager', 'loki', 'node-exporter', 'gpu-exporter']
const containers = services.map((service, index) =>
  aNetworked({
    service,
    networks: [onNetwork('odin_odin', index + 3, [service])],
    portsGot: (monitoredStack.projects[0]?.starts[0]?.services ?? [])
      .filter(({ name }) => name === service)
      .flatMap(({ ports }) => ports.map((port) => Number(port.split(':')[0])))
      .map((hostPort) => ({ containerPort: hostPort, protocol: 'tcp', hostIp: '', hostPort })),
  }),
)
const well = anObservedState({ engines: [desktopWith(containers), nativeWith()] })

/** The stack of the story: context switched, everything brought up on the native engine. */
const moved = anObservedState({
  contexts: { current: 'default' },
  engines: [
    desktopWith([]),
    nativeWith(containers.filter(({ service }) => !service.endsWith('-exporter'))),
  ],
})

const owner = (unit: string) => ({ kind: 'unit', unit, scope: 'system', pid: 811 }) as const
const down = {
  health: 'down',
  error: 'dial tcp: lookup host.docker.internal on 127.0.0.11:53: no such host',
} as const

/** Exporters as units on clashing ports, targets that cannot be resolved, and no data. */
const broken: Partial<MonitoringSights> = {
  exporters: [anExporterSight(), { ...gpuExporterSight, exposition: noReading('refused') }],
  prometheus: [
    prometheusWith({
      targets: [
        { ...hostTarget, ...down },
        aTarget({
          job: 'gpu',
          instance: 'gpu',
          scrapeUrl: 'http://host.docker.internal:9836/metrics',
          ...down,
        }),
      ],
    }),
  ],
  grafana: [
    grafanaWith({
      datasources: [
        {
          uid: 'p',
          name: 'Prometheus',
          type: 'prometheus',
          url: 'http://host.docker.internal:9090',
          health: 'error',
          message: 'no such host',
        },
      ],
      dashboards: [
        {
          uid: 'n',
          title: 'Nodes',
          folder: '',
          panels: [{ id: 1, title: 'Load', state: 'no-data', message: '' }],
        },
      ],
    }),
  ],
  units: aReading([aUnit(), aUnit({ name: 'nvidia_gpu_exporter.service' })]),
  listeners: aReading([
    aListener(9100, owner('node_exporter.service')),
    aListener(9835, owner('nvidia_gpu_exporter.service')),
  ]),
  files: aReading([aFile({ sha256: 'b'.repeat(64) })]),
}

function found(
  observed: ObservedState,
  sights: Partial<MonitoringSights>,
  now = noon,
): HeldFinding[] {
  const situation = {
    ...monitored(sights, { observed }),
    history: afterSeeing(well, observed).history,
    baseline: aBaseline({ jobs: ['host'] }),
    monitoring: someMonitoring(sights),
  }
  return hold([], assess(situation), now, () => 0)
}

const only = (incidents: readonly Incident[]): Incident => {
  expect(incidents.map(({ findings }) => findings)).toHaveLength(1)
  return incidents[0] as Incident
}

describe('the incident, whole', () => {
  const held = found(moved, broken)
  const incident = only(groupIncidents(held, [], noon))

  test('is one, with the switch as its cause', () => {
    expect(incident).toMatchObject({ cause: 'CONTEXT_SWITCHED', severity: 'critical' })
    expect(incident.findings).toHaveLength(held.length)
  })

  test('every contributing fact is inside', () => {
    expect([...new Set(incident.findings.map((key) => key.split('@')[0]))].toSorted()).toEqual([
      'CONFIG_DRIFT',
      'CONTEXT_SWITCHED',
      'DASHBOARD_NO_DATA',
      'DATASOURCE_BROKEN',
      'EXPORTER_DOWN',
      'HYBRID_DEPLOYMENT',
      'PORT_CONFLICT',
      'PORT_NEAR_MISS',
      'PROMETHEUS_TARGET_DOWN',
      'SERVICE_MISSING',
      'STRAY_CONTAINERS',
      'TARGET_CANNOT_WORK',
    ])
  })

  test('and the sentence names them', () => {
    for (const fact of [
      'Docker context is default, expected desktop-linux',
      'grafana, prometheus cannot reach host.docker.internal on default',
      'node_exporter.service, nvidia_gpu_exporter.service do the work of containers',
      'ports 9100, 9835 are held by others',
      '2 targets are down',
      '1 dashboard without data',
    ]) {
      expect(incident.sentence).toContain(fact)
    }
  })

  test('it is over only with its last fact, and stays the same one until then', () => {
    const home = found(
      well,
      { ...broken, units: aReading([]), listeners: aReading([]) },
      noon + minute,
    )
    const next = groupIncidents(home, [incident], noon + minute)
    expect(next[0]?.id).toBe(incident.id)
    const resolved = home.map(
      (one): HeldFinding => ({ ...one, status: 'resolved', resolvedAt: noon }),
    )
    expect(groupIncidents(resolved, next, noon + 2 * minute)[0]?.status).toBe('resolved')
  })
})

test('a healthy stack raises nothing', () => {
  expect(found(well, {})).toEqual([])
})

test('a dead engine takes everything along', () => {
  const gone = { engine: unknown<never>(aFailure('refused'), noon) }
  const observed = anObservedState({ engines: [{ ...desktopStopped, ...gone }, nativeWith()] })
  const sights = {
    exporters: [anExporterSight({ exposition: noReading<never>('refused') })],
    prometheus: [fails(prometheusWith(), noReading('refused'))],
    grafana: [fails(grafanaWith(), noReading('refused'))],
  }
  expect(only(groupIncidents(found(observed, sights), [], noon))).toMatchObject({
    cause: 'DESKTOP_STOPPED',
  })
})

const a = (code: HeldFinding['code'], subject: string, after: number, about: string[] = []) =>
  aHeldFinding({ code, subject, about, since: noon + after, firedAt: noon + after })

describe('in the chain', () => {
  const cannot = a('TARGET_CANNOT_WORK', 'reach:odin/prometheus/host', 0, ['at:host:9100'])
  const target = a('PROMETHEUS_TARGET_DOWN', 'target:host/x', 20 * minute, [
    'at:host:9100',
    'job:host',
  ])
  const samples = a('SAMPLES_STALE', 'job:host', 25 * minute)
  const dashboard = a('DASHBOARD_NO_DATA', 'dashboard:n', 28 * minute)

  test('a missing host.docker.internal is one incident with all that it breaks', () => {
    const incident = only(groupIncidents([dashboard, samples, target, cannot], [], noon))
    expect(incident.cause).toBe('TARGET_CANNOT_WORK')
    expect(incident.findings).toHaveLength(4)
    expect(incident.sentence).toContain('1 target is down; 1 job without fresh samples')
  })

  test('the same holds one after the other, under one id', () => {
    let incidents: readonly Incident[] = []
    const held: HeldFinding[] = []
    for (const next of [cannot, target, samples, dashboard]) {
      held.push(next)
      incidents = groupIncidents(held, incidents, next.since)
    }
    expect(only(incidents).id).toBe(`TARGET_CANNOT_WORK@reach:odin/prometheus/host#${noon}`)
  })

  test('a cause that is seen after its consequence takes it in', () => {
    const early = a('PROMETHEUS_TARGET_DOWN', 'target:node/n', 0, ['service:odin/node-exporter'])
    const late = a('EXPORTER_DOWN', 'service:odin/node-exporter', 30 * second)
    const first = groupIncidents([early], [], noon)
    const both = only(groupIncidents([early, late], first, noon + 30 * second))
    expect(both).toMatchObject({ id: first[0]?.id, cause: 'EXPORTER_DOWN' })
  })

  test('what ties two incidents together makes them one', () => {
    const one = a('HYBRID_DEPLOYMENT', 'unit:x', 0, ['port:9100'])
    const two = a('EXPORTER_DOWN', 'service:odin/node', 0)
    const before = groupIncidents([one, two], [], noon)
    expect(before).toHaveLength(2)
    const tie = a('PORT_CONFLICT', 'port:9100/tcp', second, ['port:9100', 'service:odin/node'])
    expect(only(groupIncidents([one, two, tie], before, noon + second)).findings).toHaveLength(3)
  })

  test('other things, and other times, stay apart', () => {
    const other = a('PROMETHEUS_TARGET_DOWN', 'target:b/b', 20 * minute, ['at:other:1'])
    expect(groupIncidents([cannot, other], [], noon)).toHaveLength(2)
    expect(groupIncidents([cannot, dashboard], [], noon)).toHaveLength(2)
    const hot = a('GPU_HOT', 'gpu:1', 0)
    expect(groupIncidents([cannot, hot], [], noon)).toHaveLength(2)
  })

  test('six exporters that go down together are told together', () => {
    const six = Array.from({ length: 6 }, (_, i) =>
      a('EXPORTER_DOWN', `service:odin/e${i}`, i * second),
    )
    expect(only(groupIncidents(six, [], noon)).sentence).toContain('5 more.')
  })
})
