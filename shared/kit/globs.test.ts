import { expect, test } from 'vitest'
import { globs } from './globs.ts'

test('a pattern fits the whole text or nothing of it', () => {
  const isOne = globs(['odin_*', 'cache?', '/srv/*.d'])
  expect(['odin_', 'odin_data', 'cache1', '/srv/a/b.d'].every(isOne)).toBe(true)
  expect(['my_odin_data', 'cache', 'cache12', '/srv/bad'].some(isOne)).toBe(false)
  expect(globs([])('anything')).toBe(false)
})

test('signs that mean something elsewhere are only themselves', () => {
  expect(globs(['a.b'])('axb')).toBe(false)
  expect(globs(['[a](b)+{1}|$^'])('[a](b)+{1}|$^')).toBe(true)
  expect(globs(['*'])('two\nlines')).toBe(true)
})
