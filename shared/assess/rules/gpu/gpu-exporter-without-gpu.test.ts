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
} from '../../../../test/support/a-world.ts'
import {
  anExposition,
  gpuExporterSight,
  monitored,
  monitoredStack,
} from '../../../../test/support/some-monitoring.ts'
import { gpuExporterWithoutGpu } from './gpu-exporter-without-gpu.ts'

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
