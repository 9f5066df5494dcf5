import { expect, test } from 'vitest'
import { diffCounts, diffLines } from './diff-lines.ts'
import { textDifference } from './text-difference.ts'

test('what changed, with three lines around it', () => {
  const before = Array.from({ length: 20 }, (_, at) => `line${at}: x`).join('\n')
  const { diff, why } = textDifference('/srv/a.yml', before, before.replace('line9: x', 'line9: y'))
  expect(why).toBeNull()
  expect(diffLines(diff ?? '').map(({ kind, text }) => `${kind} ${text}`)).toEqual([
    'gap 6 lines the same',
    'same line6: x',
    'same line7: x',
    'same line8: x',
    'removed line9: x',
    'added line9: y',
    'same line10: x',
    'same line11: x',
    'same line12: x',
  ])
})

test('a secret that changed shows as changed and never as itself', () => {
  const tell = (secret: string) => (secret === 'hunter2' ? '1a2b' : '3c4d')
  const [before, after] = ['user: a\npassword: hunter2\n', 'user: a\npassword: hunter3\n']
  const { diff } = textDifference('/srv/a.yml', before, after, tell)
  expect(diff).toContain('-password: <secret 1a2b>\n+password: <secret 3c4d>')
  expect(diff).not.toContain('hunter')
  expect(textDifference('/srv/a.yml', before, after)).toEqual({
    diff: null,
    why: 'They differ in nothing but hidden values.',
  })
})

test('texts with nothing in common are not compared line by line for ever', () => {
  const text = (word: string) => Array.from({ length: 3_000 }, (_, at) => `${word}${at}`).join('\n')
  const { diff, why } = textDifference('/srv/a.txt', text('a'), text('b'))
  expect(diff).toBeNull()
  expect(why).toBe('They differ in too many lines to be shown.')
})

test('a new file and an emptied one', () => {
  expect(diffCounts(textDifference('a', '', 'x\ny\n').diff ?? '')).toEqual({ added: 2, removed: 0 })
  expect(diffCounts(textDifference('a', 'x\ny\n', '').diff ?? '')).toEqual({ added: 0, removed: 2 })
})
