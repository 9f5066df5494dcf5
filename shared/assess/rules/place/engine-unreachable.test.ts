import { expect, test } from 'vitest'
import { aSituation } from '../../../../test/support/a-situation.ts'
import {
  anObservedState,
  aStack,
  desktopQuit,
  desktopWith,
  nativeEndpoint,
  nativeHome,
  nativeWith,
  silent,
} from '../../../../test/support/a-world.ts'
import { engineUnreachable } from './engine-unreachable.ts'

const nativeDown = [desktopWith([]), silent(nativeWith(), 'refused', 'nobody answers')]

test('a native home does not answer', () => {
  const observed = anObservedState({ contexts: { current: 'default' }, engines: nativeDown })
  const [finding, ...more] = engineUnreachable(
    aSituation({ observed, stack: aStack({ home: nativeHome }) }),
  )
  expect(more).toEqual([])
  expect(finding).toMatchObject({
    severity: 'critical',
    subject: `engine:${nativeEndpoint}`,
    sentence: `The home engine of odin does not answer at ${nativeEndpoint}.`,
    evidence: { failure: 'nobody answers' },
  })
  expect(finding?.evidence['out of sight']).toMatch(/^14 of 14/)
})

test('docker goes to an engine that does not answer', () => {
  const observed = anObservedState({ contexts: { current: 'default' }, engines: nativeDown })
  expect(engineUnreachable(aSituation({ observed }))).toMatchObject([{ severity: 'warning' }])
})

test('a stopped Docker Desktop is told by another rule, a locked socket by being blind', () => {
  expect(engineUnreachable(aSituation({ observed: desktopQuit }))).toEqual([])
  const locked = anObservedState({
    contexts: { current: 'default' },
    engines: [desktopWith(), silent(nativeWith(), 'permission-denied')],
  })
  expect(engineUnreachable(aSituation({ observed: locked }))).toEqual([])
})
