import { expect, test } from 'vitest'
import { afterSeeing, aSituation, withService } from '../../test/support/a-situation.ts'
import {
  anObservedState,
  desktopQuit,
  desktopWith,
  nativeWith,
  noon,
  noReading,
  silent,
  someContainers,
  switchedToDefault,
} from '../../test/support/a-world.ts'
import { assess, ruleBook, undecided } from './assess.ts'
import { findingCodes } from './finding.ts'
import { isMonitoringCode } from './monitoring/monitoring-rules.ts'
import type { Situation } from './situation.ts'

const codes = (situation: Situation) => assess(situation).map(({ code }) => code)

test('every code has its rule', () => {
  expect(ruleBook.map(({ code }) => code).sort()).toEqual([...findingCodes].sort())
})

test('says nothing when all is well', () => {
  expect(assess(aSituation())).toEqual([])
})

test.each<[string, Situation, string[]]>([
  ['docker context use', afterSeeing(anObservedState(), switchedToDefault), ['CONTEXT_SWITCHED']],
  [
    'Docker Desktop quit',
    afterSeeing(anObservedState(), desktopQuit),
    ['DESKTOP_STOPPED', 'CONTEXT_SWITCHED'],
  ],
  [
    'the stack brought up where it does not belong',
    aSituation({
      observed: anObservedState({
        engines: [desktopWith(), nativeWith(someContainers(['grafana', 'loki']))],
      }),
    }),
    ['STRAY_CONTAINERS', 'SPLIT_BRAIN', 'SPLIT_BRAIN'],
  ],
])('tells in order: %s', (_, situation, expected) => {
  expect(codes(situation)).toEqual(expected)
})

test.each<[string, Parameters<typeof withService>[1], string]>([
  [
    'a loop of out-of-memory kills',
    { state: 'restarting', restartCount: 5, oomKilled: true },
    'SERVICE_CRASH_LOOPING',
  ],
  ['killed and down', { state: 'exited', oomKilled: true, exitCode: 137 }, 'SERVICE_OOM_KILLED'],
  [
    'a loop that ended',
    { state: 'exited', diedAt: [noon - 9_000, noon - 6_000, noon - 3_000] },
    'SERVICE_CRASH_LOOPING',
  ],
  [
    'a check that cannot run',
    { health: 'unhealthy', lastHealthcheck: { exitCode: 127, output: '' } },
    'HEALTHCHECK_CANNOT_RUN',
  ],
])('says only the most specific about a service: %s', (_, container, code) => {
  expect(codes(withService('loki', container))).toEqual([code])
})

test('is the same for the same situation', () => {
  const situation = afterSeeing(anObservedState(), desktopQuit)
  expect(JSON.stringify(assess(situation))).toBe(JSON.stringify(assess(situation)))
})

test('nothing can be said about services while home is down, nor about contexts unread', () => {
  const seen = undecided(aSituation())
  expect(ruleBook.filter(({ code }) => seen.has(code) && !isMonitoringCode(code))).toEqual([])
  expect(undecided(aSituation({ observed: desktopQuit }))).toContain('SERVICE_STOPPED')
  expect(undecided(aSituation({ observed: desktopQuit }))).not.toContain('DESKTOP_STOPPED')
  const blind = anObservedState({
    contexts: noReading('permission-denied'),
    engines: [silent(desktopWith(), 'permission-denied'), nativeWith()],
  })
  const codesUndecided = undecided(aSituation({ observed: blind }))
  for (const code of ['CONTEXT_SWITCHED', 'DESKTOP_STOPPED', 'STRAY_CONTAINERS'] as const) {
    expect(codesUndecided).toContain(code)
  }
})
