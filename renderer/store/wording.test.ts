import { expect, test } from 'vitest'
import { findingCodes } from '../../shared/assess/finding.ts'
import {
  durationWords,
  evidenceWords,
  findingWords,
  shortListWords,
  stepTimeWords,
} from './wording.ts'

test.each([
  [-5, '0 s'],
  [59_400, '59 s'],
  [60_000, '1 min'],
  [3_600_000 + 5 * 60_000, '1 h 05 min'],
  [50 * 3_600_000, '2 d 2 h'],
])('%i ms lasts %s', (milliseconds, words) => {
  expect(durationWords(milliseconds)).toBe(words)
})

test('a step that took less than a second is told in milliseconds', () => {
  expect(stepTimeWords(4.4)).toBe('4 ms')
  expect(stepTimeWords(1250)).toBe('1.3 s')
})

test('every finding has a name for people', () => {
  for (const code of findingCodes) expect(findingWords(code)).toMatch(/^[A-Z][a-zA-Z -]+$/)
})

test('a long list is told by its first names and a count', () => {
  expect(shortListWords(['default', 'rootless'], 2)).toBe('default, rootless')
  expect(shortListWords(['default', 'rootless', 'ws', 'farm'], 2)).toBe('default, rootless +2')
})

test('a time among the evidence is told in the time zone of who reads it', () => {
  const now = Date.parse('2026-11-23T12:00:00.000Z')
  const words = evidenceWords({ since: '2026-11-20T08:15:33.149Z', previous: 'default' }, now)
  expect(words['previous']).toBe('default')
  expect(words['since']).toMatch(/^\d+ Nov, \d\d:\d\d$/)
})
