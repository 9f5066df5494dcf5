import { expect, test } from 'vitest'
import { wrap } from './wrap.ts'

const columns = 60

test('the last column hangs under itself', () => {
  const line = '  out of sight  14 of 14 services: alertmanager, grafana, prometheus, pushgateway'
  expect(wrap(line, columns).split('\n')).toEqual([
    '  out of sight  14 of 14 services: alertmanager, grafana,',
    '                prometheus, pushgateway',
  ])
})

test('a list hangs behind its mark', () => {
  const line = '  2. set the Docker context from default to desktop-linux (desktop-linux is home)'
  expect(wrap(line, columns).split('\n')[1]).toBe('     (desktop-linux is home)')
})

test('a path stays whole, however long', () => {
  const path = `unix:///${'far/'.repeat(20)}docker.sock`
  expect(wrap(`  endpoint  ${path} answers`, columns).split('\n')).toEqual([
    `  endpoint  ${path}`,
    '            answers',
  ])
})

test('colours are no width', () => {
  const line = `\u001b[31m${'x'.repeat(30)}\u001b[39m ${'y'.repeat(29)}`
  expect(wrap(line, columns)).toBe(line)
})

test('without a terminal no line is broken', () => {
  const line = 'word '.repeat(40)
  expect(wrap(line, undefined)).toBe(line)
})
