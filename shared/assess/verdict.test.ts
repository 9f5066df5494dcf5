import { expect, test } from 'vitest'
import { aHeldFinding, aSituation } from '../../test/support/a-situation.ts'
import {
  anObservedState,
  aService,
  aStack,
  desktopQuit,
  desktopWith,
  noReading,
  silent,
  someContainers,
} from '../../test/support/a-world.ts'
import { assess } from './assess.ts'
import { hold } from './hold.ts'
import { type VerdictMatter, verdict } from './verdict.ts'

const { history } = aSituation()
const given = (different: Partial<VerdictMatter> = {}) =>
  verdict({ held: [], observed: anObservedState(), stack: aStack(), history, ...different })

const warning = aHeldFinding({
  severity: 'warning',
  sentence: 'loki is unhealthy, expected healthy.',
})
const critical = aHeldFinding()
const blind = aHeldFinding({ code: 'SENTINEL_BLIND', severity: 'unknown', subject: 'engine:DESK' })

test('all is well', () => {
  expect(given()).toEqual({
    health: 'ok',
    sentence: 'All 14 services run on desktop-linux, where they belong.',
  })
  const stack = aStack({ services: [aService()] })
  expect(given({ stack }).sentence).toBe('The one service runs on desktop-linux, where it belongs.')
})

test('no stack is not health', () => {
  expect(given({ stack: undefined })).toEqual({
    health: 'unknown',
    sentence: 'No stack has been adopted: run odin-sentinel adopt.',
  })
})

test.each([
  ['critical', [warning, blind, critical]],
  ['unknown', [warning, blind]],
  ['warning', [warning]],
  ['ok', [{ ...critical, status: 'resolved' as const }]],
])('the worst that fires decides: %s', (health, held) => {
  expect(given({ held }).health).toBe(health)
})

test('the sentence is the cause’s, not a consequence’s', () => {
  const root = aHeldFinding({ code: 'DESKTOP_STOPPED', subject: 'engine:DESK', sentence: 'Cause.' })
  expect(given({ held: [critical, root] }).sentence).toBe('Cause.')
})

test.each([
  ['contexts', anObservedState({ contexts: noReading('pending', 'Not looked at yet.') })],
  ['home', anObservedState({ engines: [] })],
  ['home', anObservedState({ engines: [silent(desktopWith(), 'pending')] })],
  ['home, within the hold time', desktopQuit],
])('what has not been seen is never green: %s', (_, observed) => {
  const held = hold([], assess(aSituation({ observed })), 0, () => 60_000)
  expect(given({ observed, held }).health).toBe('unknown')
})

test('within the hold time of a stopped service the count is honest', () => {
  const observed = anObservedState({ engines: [desktopWith(someContainers().slice(1))] })
  expect(given({ observed }).sentence).toBe(
    '13 of 14 services run on desktop-linux; Sentinel is looking again.',
  )
})
