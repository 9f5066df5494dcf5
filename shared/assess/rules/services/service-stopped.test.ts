import { expect, test } from 'vitest'
import { aSituation, withService } from '../../../../test/support/a-situation.ts'
import {
  aContainer,
  anObservedState,
  aService,
  aStack,
  desktopWith,
  someContainers,
} from '../../../../test/support/a-world.ts'
import { serviceStopped } from './service-stopped.ts'

test.each(['exited', 'created', 'dead', 'paused'] as const)('grafana is %s', (state) => {
  const [finding] = serviceStopped(withService('grafana', { state, exitCode: 137 }))
  expect(finding).toMatchObject({
    severity: 'critical',
    subject: 'service:odin/grafana',
    sentence: `grafana is ${state}, expected running.`,
  })
})

test.each([
  'driver failed programming external connectivity on endpoint x: Bind for 0.0.0.0:9092 failed: port is already allocated',
  'Error starting userland proxy: listen tcp4 0.0.0.0:9092: bind: address already in use',
])('a taken port is named: %s', (error) => {
  const [finding] = serviceStopped(
    withService('grafana', { state: 'created', exitCode: 128, error }),
  )
  expect(finding?.sentence).toBe('grafana is created, expected running: port 9092 is taken.')
  expect(finding?.evidence).toMatchObject({ 'engine says': error, 'exit code': '128' })
})

test('one of two replicas is enough', () => {
  const second = aContainer({ number: 2, name: 'odin-prometheus-2', state: 'exited' })
  const observed = anObservedState({ engines: [desktopWith([...someContainers(), second])] })
  expect(serviceStopped(aSituation({ observed }))).toEqual([])
})

test('a one-shot that ended with 0 did what it should; with 1 it did not', () => {
  const stack = aStack({ services: [aService({ name: 'migrate', oneShot: true })] })
  const ended = (exitCode: number) =>
    serviceStopped(
      aSituation({
        stack,
        observed: anObservedState({
          engines: [desktopWith([aContainer({ service: 'migrate', state: 'exited', exitCode })])],
        }),
      }),
    )
  expect(ended(0)).toEqual([])
  expect(ended(1)).toHaveLength(1)
})
