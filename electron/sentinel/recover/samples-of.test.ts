import { expect, test } from 'vitest'
import { aSituation } from '../../../test/support/a-situation.ts'
import {
  aContainer,
  anObservedState,
  desktopWith,
  nativeWith,
} from '../../../test/support/a-world.ts'
import { samplesOf } from './samples-of.ts'

const now = Date.parse('2026-11-23T12:00:00.000Z')
const day = 24 * 3600 * 1000
const open = () => Promise.reject(new Error('The engine sleeps.'))

const carriedOf = (finishedAt: number, carried: [string, number][] = []) => {
  const stopped = aContainer({ state: 'exited', finishedAt })
  const observed = anObservedState({ engines: [desktopWith([]), nativeWith([stopped])] })
  const situation = { ...aSituation({ observed }), now }
  return samplesOf(open, async () => new Map(carried))(situation, { kind: 'recover' })
}

test('one that had stopped before is looked at like one that runs', async () => {
  expect((await carriedOf(now - day)).left).toEqual([
    'What prometheus recorded on default stays there, in its own data: The engine sleeps.',
  ])
})

test('what has been carried since it stopped is neither carried nor told again', async () => {
  const nothing = { save: [], merge: [], left: [] }
  expect(await carriedOf(now - day, [['prometheus-id', now]])).toEqual(nothing)
  expect((await carriedOf(now - day, [['prometheus-id', now - 2 * day]])).left).toHaveLength(1)
})

test('what home would not keep any more is not carried, and that is said', async () => {
  expect((await carriedOf(now - 16 * day)).left).toEqual([
    'What prometheus recorded on default stays there, in its own data: it stopped more than 15 days ago, longer than one usually keeps.',
  ])
})
