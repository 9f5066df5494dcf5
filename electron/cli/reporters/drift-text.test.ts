import { expect, test } from 'vitest'
import type { FileChanges } from '../../../shared/ipc/file-changes.ts'
import { textDifference } from '../../../shared/text/text-difference.ts'
import { fileChangesText } from './drift-text.ts'
import type { Paint } from './paint.ts'

const plain: Paint = (_style, text) => text
const path = '/srv/odin/a.yml'
const told = (before: string, after: string, why: string | null = null): FileChanges => ({
  path,
  acceptedAt: '2026-11-17T10:14:32Z',
  files: [{ path, change: 'changed', ...textDifference(path, before, after), changedAt: null }],
  why,
})

test('each line with its number, and how many there are', () => {
  const before = Array.from({ length: 12 }, (_, at) => `k${at + 1}: v`).join('\n')
  const after = before.replace('k9: v', 'k9: w\nk9b: w')
  expect(fileChangesText([told(`${before}\n`, `${after}\n`)], plain)).toEqual([
    '',
    '/srv/odin/a.yml  changed: 2 lines added, 1 removed',
    '     ⋯ 5 lines the same',
    '   6   k6: v',
    '   7   k7: v',
    '   8   k8: v',
    '   9 - k9: v',
    '   9 + k9: w',
    '  10 + k9b: w',
    '  11   k10: v',
    '  12   k11: v',
    '  13   k12: v',
  ])
})

test('what a file holds cannot move the cursor', () => {
  const lines = fileChangesText([told('a: 1\n', 'a: \u001b[2J\u009b1m\n')], plain)
  expect(lines.at(-1)).toBe('  1 + a: �[2J�1m')
})

test('where nothing can be shown it says why', () => {
  const none = { ...told('', ''), files: [], why: 'It was accepted before texts were kept.' }
  expect(fileChangesText([none], plain)).toEqual([
    '',
    path,
    '  It was accepted before texts were kept.',
  ])
})
