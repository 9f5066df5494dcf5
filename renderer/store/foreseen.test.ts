import { expect, test } from 'vitest'
import { someForeseen } from '../../test/support/a-recovery.ts'
import { statusOf } from '../../test/support/mirrors.ts'
import { foreseenGroups, foreseenWords, otherPlaces } from './foreseen.ts'

const only = (verdict: string) => ({
  ...someForeseen,
  foreseen: someForeseen.foreseen.filter((one) => one.verdict === verdict),
})

test('the worst comes first, and what cannot be told is never told as fine', () => {
  expect(foreseenGroups(someForeseen).map(({ title }) => title)).toEqual([
    'Would break',
    'Cannot be told',
    'Would be different',
  ])
  expect(foreseenWords(someForeseen)).toBe('2 things would break on default.')
  expect(foreseenWords(only('cannot-tell'))).toContain('cannot be told')
  expect(foreseenWords(only('differs'))).toContain('not all would be the same')
  expect(foreseenWords(only('none'))).toBe('Nothing that Sentinel knows of would break on default.')
})

test('home is no other place, whatever name leads there', () => {
  const status = statusOf('switched')
  expect(otherPlaces(status)).not.toContain(status.home?.context)
  expect(otherPlaces(status)).toContain(status.current?.context)
})
