import { expect, test } from 'vitest'
import {
  aContainer,
  anEngine,
  anObservedState,
  aStack,
  desktopWith,
  nativeEngine,
  nativeWith,
  noon,
  someContainers,
} from '../../../test/support/a-world.ts'
import { someMonitoring } from '../../../test/support/some-monitoring.ts'
import { emptyHistory } from '../../domain/history.ts'
import { known } from '../../domain/reading.ts'
import type { Situation } from '../situation.ts'
import type { Destination } from './move.ts'
import { simulate } from './simulate.ts'

const data = (service: string, source: string) =>
  aContainer({
    service,
    mounts: [{ type: 'volume', source, destination: '/data', readOnly: false }],
  })

const situation = (different: Partial<Situation> = {}): Situation => ({
  observed: anObservedState(),
  stack: aStack(),
  history: emptyHistory,
  now: noon,
  ...different,
})

const native = (different: Partial<Destination> = {}): Destination => ({
  context: 'default',
  sight: nativeWith(),
  engine: nativeEngine,
  volumes: [],
  images: someContainers().map(({ image }) => image),
  ...different,
})

const sentences = (from: Situation, to: Destination, what?: string): string[] =>
  (simulate(from, to) ?? [])
    .filter((one) => what === undefined || one.what === what)
    .map(({ verdict, sentence }) => `${verdict}: ${sentence}`)

test('a volume that is not there is empty, and one of the same name is another one', () => {
  const containers = [data('prometheus', 'odin_prometheus-data'), data('loki', 'odin_loki-data')]
  const from = situation({ observed: anObservedState({ engines: [desktopWith(containers)] }) })
  expect(sentences(from, native({ volumes: ['odin_loki-data'] }), 'volume')).toEqual([
    'breaks: Volume odin_prometheus-data of prometheus is empty on default.',
    'breaks: Volume odin_loki-data of loki is another one on default: what is in it there is not what is in it here.',
  ])
  const { volumes: _, ...unseen } = native()
  expect(sentences(from, unseen, 'volume')[0]).toMatch(/^cannot-tell: Volume odin_prometheus-data/)
})

test('a card that the engine does not hand out, and one of which it says nothing', () => {
  const containers = [aContainer({ service: 'gpu-exporter', gpuRequested: true })]
  const from = situation({ observed: anObservedState({ engines: [desktopWith(containers)] }) })
  const on = (gpuRuntime?: boolean) =>
    sentences(
      from,
      native({
        engine: anEngine({ ...nativeEngine, ...(gpuRuntime !== undefined && { gpuRuntime }) }),
      }),
      'gpu',
    )
  expect(on(false)).toEqual([
    'breaks: gpu-exporter asks for a GPU, and default has no runtime that hands one out.',
  ])
  expect(on()[0]).toMatch(/^cannot-tell/)
  expect(on(true)).toEqual([])
})

test('a port that a unit holds, and not the one that the moving container holds itself', () => {
  const [port] = aContainer({ service: 'prometheus' }).portsWanted
  if (!port) throw new Error('The container should want a port.')
  const listener = (owner: object) => ({
    port: port.hostPort,
    protocol: 'tcp' as const,
    addresses: ['0.0.0.0'],
    owner,
    since: noon,
  })
  const containers = [aContainer({ service: 'prometheus' })]
  const from = (owner: object) =>
    situation({
      observed: anObservedState({ engines: [desktopWith(containers), nativeWith()] }),
      monitoring: {
        ...someMonitoring(),
        listeners: known([listener(owner)] as never, noon),
      },
    })
  const unit = { kind: 'unit', unit: 'prometheus.service', scope: 'system', pid: 7 }
  expect(sentences(from(unit), native(), 'port')).toEqual([
    `breaks: prometheus wants port ${port.hostPort}, which prometheus.service holds.`,
  ])
  const own = { kind: 'container', engineId: 'DESK', project: 'odin', service: 'prometheus' }
  expect(sentences(from(own), native(), 'port')).toEqual([])
})

test('a directory that Docker Desktop does not share', () => {
  const mount = { type: 'bind' as const, destination: '/etc/x', readOnly: true }
  const containers = [
    aContainer({
      service: 'grafana',
      mounts: [
        { ...mount, source: '/srv/grafana' },
        { ...mount, source: '/home/ada/odin' },
        { ...mount, source: '/var/run/docker.sock' },
      ],
    }),
  ]
  const home = {
    ...aStack().home,
    engineId: 'NATV',
    engineKind: 'native' as const,
    context: 'default',
  }
  const from = situation({
    stack: aStack({ home }),
    observed: anObservedState({ engines: [desktopWith([]), nativeWith(containers)] }),
  })
  const desktop: Destination = {
    context: 'desktop-linux',
    sight: desktopWith([]),
    engine: anEngine(),
    sharedDirectories: ['/home'],
  }
  expect(sentences(from, desktop, 'bind')).toEqual([
    'breaks: grafana mounts /srv/grafana, which desktop-linux does not share.',
  ])
})

test('nothing is told of a home that cannot be seen', () => {
  expect(
    simulate(situation({ observed: anObservedState({ engines: [nativeWith()] }) }), native()),
  ).toBeUndefined()
})
