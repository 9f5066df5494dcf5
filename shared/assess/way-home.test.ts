import { expect, test } from 'vitest'
import { aSituation } from '../../test/support/a-situation.ts'
import {
  anObservedState,
  desktopQuit,
  desktopWith,
  nativeContext,
  nativeWith,
  silent,
  switchedToDefault,
} from '../../test/support/a-world.ts'
import { wayHome } from './way-home.ts'

test('a plan that works is a button', () => {
  expect(wayHome(aSituation({ observed: switchedToDefault }))).toMatchObject({
    kind: 'plan',
    label: 'Switch back',
  })
  expect(wayHome(aSituation({ observed: desktopQuit }))).toMatchObject({
    kind: 'plan',
    label: 'Start Docker Desktop and switch back',
  })
})

test.each([
  [
    'CONTEXT_PINNED_BY_ENV',
    anObservedState({ contexts: { current: 'default', source: 'DOCKER_CONTEXT' } }),
  ],
  [
    'CONTEXT_MISSING',
    anObservedState({ contexts: { current: 'default', contexts: [nativeContext] } }),
  ],
  [
    'SENTINEL_BLIND',
    anObservedState({
      contexts: { current: 'default' },
      engines: [silent(desktopWith(), 'permission-denied'), nativeWith()],
    }),
  ],
] as const)('one that would be refused is a page: %s', (code, observed) => {
  expect(wayHome(aSituation({ observed }))).toEqual({ kind: 'runbook', code })
})
