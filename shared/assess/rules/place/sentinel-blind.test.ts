import { expect, test } from 'vitest'
import { aSituation } from '../../../../test/support/a-situation.ts'
import {
  anEngineSight,
  anObservedState,
  desktopQuit,
  desktopWith,
  nativeWith,
  noReading,
  silent,
} from '../../../../test/support/a-world.ts'
import { sentinelBlind } from './sentinel-blind.ts'

test.each([
  ['the Docker contexts', anObservedState({ contexts: noReading('permission-denied') })],
  [
    '/home/ada/.docker/config.json',
    anObservedState({
      contexts: { configFile: { state: 'unreadable', problem: 'no permission' } },
    }),
  ],
  [
    'the home engine behind desktop-linux',
    anObservedState({ engines: [silent(desktopWith(), 'permission-denied')] }),
  ],
  ['the home engine behind desktop-linux', anObservedState({ engines: [nativeWith()] })],
  [
    'the containers on desktop-linux',
    anObservedState({ engines: [anEngineSight({ containers: noReading('invalid') })] }),
  ],
])('cannot see %s', (what, observed) => {
  expect(sentinelBlind(aSituation({ observed }))).toMatchObject([
    { severity: 'unknown', sentence: `Sentinel cannot see ${what}, expected to.` },
  ])
})

test('an engine that is known to be down has been seen', () => {
  expect(sentinelBlind(aSituation({ observed: desktopQuit }))).toEqual([])
  expect(sentinelBlind(aSituation())).toEqual([])
})
