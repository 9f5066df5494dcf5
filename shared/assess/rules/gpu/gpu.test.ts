import { expect, test } from 'vitest'
import {
  aContainer,
  anEngine,
  anObservedState,
  aReading,
  desktopWith,
  nativeEngine,
  nativeHome,
  nativeWith,
  noon,
  noReading,
} from '../../../../test/support/a-world.ts'
import {
  aGpu,
  anExposition,
  gpuExporterSight,
  monitored,
  monitoredStack,
} from '../../../../test/support/some-monitoring.ts'
import type { Gpu, Gpus, GpuTrouble } from '../../../domain/gpu.ts'
import { gpuExporterWithoutGpu } from './gpu-exporter-without-gpu.ts'
import { gpuHot } from './gpu-hot.ts'
import { gpuLost } from './gpu-lost.ts'
import { gpuMemoryFull } from './gpu-memory-full.ts'
import { gpuUnavailable } from './gpu-unavailable.ts'

const gib = 1024 ** 3
const gpus = (different: Partial<Gpus>) =>
  monitored({ gpus: aReading({ driverVersion: '570', cards: [], history: {}, ...different }) })
const card = (different: Partial<Gpu>) => gpus({ cards: [aGpu(different)] })
const trouble = (kind: GpuTrouble) => gpus({ trouble: { kind, message: 'its words\n\n' } })

test.each<[GpuTrouble, string]>([
  ['not-installed', 'nvidia-smi is not installed'],
  ['no-driver', 'the NVIDIA driver is not loaded'],
  ['silent', 'nvidia-smi does not answer any more'],
])('unavailable: %s', (kind, fact) => {
  expect(gpuUnavailable(trouble(kind))).toMatchObject([
    {
      sentence: `The GPU cannot be used: ${fact}, expected at least one card.`,
      evidence: { 'nvidia-smi says': 'its words' },
    },
  ])
})

test('a machine that has nothing to do with GPUs may have none', () => {
  const [prometheus, grafana] = monitoredStack.projects[0]?.starts[0]?.services ?? []
  const [project] = monitoredStack.projects
  if (!project || !prometheus || !grafana) throw new Error('no services')
  const starts = [{ files: [], envFiles: [], services: [prometheus, grafana] }]
  const stack = { ...monitoredStack, projects: [{ ...project, starts }] }
  expect(gpuUnavailable({ ...trouble('not-installed'), stack })).toEqual([])
  expect(gpuUnavailable(gpus({}))).toHaveLength(1)
  expect(gpuUnavailable(card({}))).toEqual([])
  expect(gpuUnavailable(monitored({ gpus: noReading('pending') }))).toEqual([])
})

test('lost: nvidia-smi says so, or a card is not listed any more', () => {
  expect(gpuLost(trouble('lost'))).toMatchObject([{ subject: 'gpu:all', severity: 'critical' }])
  const history = { 'GPU-1': [{ at: noon }], 'GPU-2': [{ at: noon }] }
  expect(gpuLost(gpus({ cards: [aGpu()], history }))).toMatchObject([
    {
      subject: 'gpu:GPU-2',
      sentence: 'GPU GPU-2 is not listed any more, expected it to be there.',
    },
  ])
  expect(gpuLost(gpus({ history, trouble: { kind: 'no-driver', message: '' } }))).toEqual([])
})

test.each([
  [undefined, undefined],
  [84, undefined],
  [85, 'warning'],
  [93, 'critical'],
])('at %s °C it is %s', (temperatureCelsius, severity) => {
  const { temperatureCelsius: _, ...cold } = aGpu()
  const cards = [temperatureCelsius === undefined ? cold : { ...cold, temperatureCelsius }]
  expect(gpuHot(gpus({ cards })).map((finding) => finding.severity)).toEqual(
    severity ? [severity] : [],
  )
})

test.each([
  [14.5, 0],
  [15.9, 1],
])('%s of 16 GiB', (used, count) => {
  const processes = [
    { pid: 1, name: 'small' },
    { pid: 2, name: 'vllm', memoryBytes: 15 * gib },
  ]
  const found = gpuMemoryFull(card({ memoryUsedBytes: used * gib, processes }))
  expect(found).toHaveLength(count)
  if (found[0]) expect(found[0].evidence['processes']).toBe('vllm 15.0 GiB, small')
})

const exporter = (different: object) => aContainer({ service: 'gpu-exporter', ...different })
const measuring = (count: number) => [
  {
    ...gpuExporterSight,
    exposition: aReading(
      anExposition({ gpus: Array.from({ length: count }, (_, i) => ({ uuid: `GPU-${i}` })) }),
    ),
  },
]
const onDesktop = anObservedState({ engines: [desktopWith([exporter({})]), nativeWith()] })
const onNative = (gpuRuntime: boolean, different: object) =>
  anObservedState({
    engines: [
      { ...nativeWith([exporter(different)]), engine: aReading({ ...nativeEngine, gpuRuntime }) },
    ],
  })
const nativeStack = { ...monitoredStack, home: nativeHome }

test('Docker Desktop on Linux has no card to give, unless the exporter shows one', () => {
  const without = monitored({ exporters: measuring(0) }, { observed: onDesktop })
  expect(gpuExporterWithoutGpu(without)).toMatchObject([
    { subject: 'service:odin/gpu-exporter', evidence: { measures: 'no card' } },
  ])
  expect(
    gpuExporterWithoutGpu(monitored({ exporters: measuring(1) }, { observed: onDesktop })),
  ).toEqual([])
  expect(anEngine().kind).toBe('docker-desktop')
})

test.each<[string, boolean, object, number, number]>([
  ['no runtime, and it asks for a card', false, { gpuRequested: true }, 0, 1],
  [
    'the engine refused it',
    true,
    { error: 'could not select device driver "nvidia" with capabilities: [[gpu]]' },
    0,
    1,
  ],
  ['a runtime, and nothing was asked', true, { gpuRequested: false }, 0, 1],
  ['nobody knows what was asked', true, {}, 0, 0],
  ['it measures a card in its own way', false, { gpuRequested: true }, 1, 0],
])('on a native engine: %s', (_, runtime, different, cards, count) => {
  const observed = onNative(runtime, different)
  const situation = monitored({ exporters: measuring(cards) }, { observed, stack: nativeStack })
  expect(gpuExporterWithoutGpu(situation)).toHaveLength(count)
})
