import { expect, test } from 'vitest'
import { wrap, wrapProse } from './wrap.ts'

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

test('a path stays whole, and moves left when its column is too narrow', () => {
  const path = `unix:///${'far/'.repeat(9)}docker.sock`
  const lines = wrap(`  endpoint  it is at ${path} and answers`, columns).split('\n')
  expect(lines).toEqual(['  endpoint  it is at', `     ${path}`, '            and answers'])
  const longer = `unix:///${'far/'.repeat(20)}docker.sock`
  expect(wrap(`  endpoint  at ${longer}`, columns).split('\n')[1]).toBe(longer)
})

test('code in prose stays as it is', () => {
  const code = `\`\`\`\n${'docker '.repeat(12)}\n\`\`\``
  const prose = `- ${'word '.repeat(14).trim()}`
  const [first, second, ...rest] = wrapProse(`${prose}\n${code}\n`, columns).split('\n')
  expect(first?.length).toBeLessThanOrEqual(columns)
  expect(second).toMatch(/^ {2}word/)
  expect(rest.join('\n')).toBe(`${code}\n`)
})

test('colours are no width', () => {
  const line = `\u001b[31m${'x'.repeat(30)}\u001b[39m ${'y'.repeat(29)}`
  expect(wrap(line, columns)).toBe(line)
})

test('without a terminal no line is broken', () => {
  const line = 'word '.repeat(40)
  expect(wrap(line, undefined)).toBe(line)
})
