import { expect, test } from 'vitest'
import { plainText } from './plain-text.ts'

test('what moves a cursor or forges a line goes, lines stay', () => {
  expect(plainText('\u001b[2J\u001b[31mred\u001b[0m')).toBe('red')
  expect(plainText('\u001b]0;title\u0007after')).toBe('after')
  expect(plainText('bad\r●  OK\ttab\u0000\u009b1m')).toBe('bad ●  OK tab  1m')
  expect(plainText('one\ntwo')).toBe('one\ntwo')
  expect(plainText('evil\u202egnp.exe')).toBe('evil gnp.exe')
})

test('a password in a URL does not go on', () => {
  expect(plainText('GET http://ada:s3cret@db:5432/x failed, amqp://g:p@ss@q')).toBe(
    'GET http://ada:***@db:5432/x failed, amqp://g:***@q',
  )
  expect(plainText('at http://localhost:9090/-/ready: user@host')).toBe(
    'at http://localhost:9090/-/ready: user@host',
  )
})
