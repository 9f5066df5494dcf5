import { expect, test } from 'vitest'
import { aSituation } from '../../../../test/support/a-situation.ts'
import {
  aHome,
  anObservedState,
  aStack,
  desktopQuit,
  nativeHome,
} from '../../../../test/support/a-world.ts'
import { engineReplaced } from './engine-replaced.ts'

test('another engine answers behind the home context', () => {
  const stack = aStack({ home: aHome({ engineId: 'GONE' }) })
  expect(engineReplaced(aSituation({ stack }))).toMatchObject([
    {
      severity: 'critical',
      subject: 'engine:GONE',
      sentence: 'Docker context desktop-linux leads to engine DESK, expected GONE.',
    },
  ])
})

test('an engine that does not answer was not replaced', () => {
  expect(engineReplaced(aSituation({ observed: desktopQuit }))).toEqual([])
})

test('DOCKER_HOST moves the endpoint of "default", and replaces nothing', () => {
  const observed = anObservedState({
    contexts: { current: 'default', source: 'DOCKER_HOST', endpoint: 'tcp://10.0.0.7:2375' },
  })
  expect(engineReplaced(aSituation({ observed, stack: aStack({ home: nativeHome }) }))).toEqual([])
})
