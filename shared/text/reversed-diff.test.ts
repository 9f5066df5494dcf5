import { applyPatch, createTwoFilesPatch } from 'diff'
import { array, assert, constantFrom, property } from 'fast-check'
import { expect, test } from 'vitest'
import { diffCounts } from './diff-lines.ts'
import { reversedDiff } from './reversed-diff.ts'

const lines = array(constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 })

test('leads from what is there now back to what was accepted, whatever differs', () => {
  assert(
    property(lines, lines, (one, other) => {
      const before = one.map((line) => `${line}\n`).join('')
      const after = other.map((line) => `${line}\n`).join('')
      const diff = createTwoFilesPatch('f', 'f', before, after)
      if (before !== after) expect(applyPatch(after, reversedDiff(diff))).toBe(before)
    }),
  )
})

test('twice is once not', () => {
  const diff = '--- f\n+++ f\n@@ -1,3 +1,2 @@\n a\n-b\n-c\n+d\n\\ No newline at end of file'
  expect(reversedDiff(reversedDiff(diff))).toBe(diff)
  expect(diffCounts(reversedDiff(diff))).toEqual({ added: 2, removed: 1 })
})
