import { expect, test } from 'vitest'
import {
  anObservedState,
  desktopEndpoint,
  desktopQuit,
  desktopWith,
  minute,
  nativeEndpoint,
  nativeWith,
  noon,
  noReading,
  silent,
  switchedToDefault,
} from '../../test/support/a-world.ts'
import { emptyHistory } from '../domain/history.ts'
import { historySchema, remember } from './history.ts'

const well = remember(emptyHistory, anObservedState(), noon)

test('the first state of all is where everything begins', () => {
  expect(well).toEqual({
    current: {
      name: 'desktop-linux',
      endpoint: desktopEndpoint,
      source: 'config.json',
      since: noon,
    },
    changedWhileAway: false,
    engines: {
      [desktopEndpoint]: {
        answers: true,
        since: noon,
        engineId: 'DESK',
        kind: 'docker-desktop',
      },
      [nativeEndpoint]: { answers: true, since: noon, engineId: 'NATV', kind: 'native' },
    },
    seenAt: noon,
  })
})

test('a switch keeps what was before; looking again changes nothing', () => {
  const switched = remember(well, switchedToDefault, noon + minute)
  expect(switched.current).toMatchObject({ name: 'default', since: noon + minute })
  expect(switched.previous).toMatchObject({ name: 'desktop-linux', since: noon })
  expect(remember(switched, switchedToDefault, noon + 2 * minute)).toEqual({
    ...switched,
    seenAt: noon + 2 * minute,
  })
})

test('saying the same in another way is no change', () => {
  const pinned = anObservedState({ contexts: { source: 'DOCKER_CONTEXT' } })
  expect(remember(well, pinned, noon + minute)).toMatchObject({
    current: { source: 'DOCKER_CONTEXT', since: noon },
  })
})

test.each([
  ['the file says when', noon + 5 * minute, noon + 5 * minute],
  ['older than the last look', noon - minute, noon + 60 * minute],
  ['from the future', noon + 90 * minute, noon + 60 * minute],
])('changed while nobody looked: %s', (_, modifiedAt, since) => {
  const observed = anObservedState({ contexts: { current: 'default', configFile: { modifiedAt } } })
  expect(remember(well, observed, noon + 60 * minute, { firstLook: true })).toMatchObject({
    changedWhileAway: true,
    current: { name: 'default', since },
  })
})

test('unknown readings change nothing', () => {
  const blind = anObservedState({
    contexts: noReading('permission-denied'),
    engines: [silent(desktopWith(), 'permission-denied'), silent(nativeWith(), 'pending')],
  })
  expect(remember(well, blind, noon + minute)).toEqual({ ...well, seenAt: noon + minute })
})

test('an engine that stops keeps its ID', () => {
  expect(remember(well, desktopQuit, noon + minute).engines[desktopEndpoint]).toEqual({
    answers: false,
    since: noon + minute,
    stoppedAt: noon + minute,
    engineId: 'DESK',
    kind: 'docker-desktop',
  })
})

test('survives the disk; what a newer version added is left out', () => {
  const switched = remember(well, switchedToDefault, noon + minute)
  const read = JSON.parse(JSON.stringify({ ...switched, addedLater: 1 }))
  expect(historySchema.parse(read)).toEqual(switched)
  expect(historySchema.safeParse({ engines: 'no' }).success).toBe(false)
})
