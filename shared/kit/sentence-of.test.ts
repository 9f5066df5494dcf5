import { expect, test } from 'vitest'
import { sentenceOf } from './sentence-of.ts'

test('what an error says ends as a sentence does, once', () => {
  expect(sentenceOf(new Error('The disk is full.'))).toBe('The disk is full.')
  expect(sentenceOf(new Error('connect ECONNREFUSED'))).toBe('connect ECONNREFUSED.')
  expect(sentenceOf(new Error('Is it mounted?'))).toBe('Is it mounted?')
})

test('something is said of what has no message, or is no error', () => {
  expect(sentenceOf(new RangeError(''))).toBe('RangeError.')
  expect(sentenceOf('The engine has gone')).toBe('The engine has gone.')
  expect(sentenceOf(undefined)).toBe('undefined.')
})
