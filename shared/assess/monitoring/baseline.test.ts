import { expect, test } from 'vitest'
import {
  aContainer,
  anObservedState,
  aReading,
  desktopQuit,
  desktopWith,
  nativeWith,
  noon,
  noReading,
} from '../../../test/support/a-world.ts'
import {
  answers,
  aTarget,
  hostTarget,
  monitored,
  monitoredStack,
  prometheusWith,
  someMonitoring,
} from '../../../test/support/some-monitoring.ts'
import { assess } from '../assess.ts'
import { baselineOf } from './baseline.ts'

const observed = anObservedState({
  engines: [
    desktopWith([
      aContainer({
        service: 'grafana',
        imageId: 'sha256:1',
        labels: { 'com.docker.compose.config-hash': 'h' },
      }),
    ]),
    nativeWith(),
  ],
})

test('what is there, by what it is called', () => {
  const prometheus = [prometheusWith({ targets: [aTarget(), { ...hostTarget, health: 'down' }] })]
  expect(baselineOf(observed, monitoredStack, someMonitoring({ prometheus }), noon)).toEqual({
    ok: true,
    value: {
      acceptedAt: noon,
      files: { '/home/ada/odin/prometheus.yml': 'a'.repeat(64) },
      images: { 'odin/grafana': 'sha256:1' },
      configHashes: { 'odin/grafana': 'h' },
      jobs: ['node'],
      panels: ['nodes/1'],
    },
  })
})

test('a baseline with holes is refused, and says why', () => {
  expect(baselineOf(desktopQuit, monitoredStack, someMonitoring(), noon)).toMatchObject({
    ok: false,
  })
  const files = noReading<never>('permission-denied')
  expect(baselineOf(observed, monitoredStack, someMonitoring({ files }), noon)).toMatchObject({
    ok: false,
  })
})

test('without a token nothing is accepted about dashboards', () => {
  const grafana = [answers('grafana', 3000, { version: '13', databaseOk: true })]
  const made = baselineOf(observed, monitoredStack, someMonitoring({ grafana }), noon)
  expect(made.ok && made.value.panels).toBeUndefined()
})

test('what has just been accepted has not drifted', () => {
  const made = baselineOf(observed, monitoredStack, someMonitoring(), noon)
  if (!made.ok) throw new Error(made.error)
  const found = assess(monitored({ files: aReading([]) }, { observed, baseline: made.value }))
  expect(found.filter(({ code }) => code.endsWith('_DRIFT'))).toEqual([])
})
