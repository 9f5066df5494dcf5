import { structuredPatch } from 'diff'
import { expect, test } from 'vitest'
import { countsWords, diffCounts, diffLines } from './diff-lines.ts'

const diff = `--- prometheus.yml
+++ prometheus.yml
@@ -3,3 +3,4 @@
 a
-b
+c
+--- d
 e
@@ -20,1 +21,1 @@
-x
\\ No newline at end of file
+y
`

test('each line has its number before and now, and what was left out is told', () => {
  expect(diffLines(diff)).toEqual([
    { kind: 'gap', text: '2 lines the same' },
    { kind: 'same', text: 'a', before: 3, after: 3 },
    { kind: 'removed', text: 'b', before: 4 },
    { kind: 'added', text: 'c', after: 4 },
    { kind: 'added', text: '--- d', after: 5 },
    { kind: 'same', text: 'e', before: 5, after: 6 },
    { kind: 'gap', text: '14 lines the same' },
    { kind: 'removed', text: 'x', before: 20 },
    { kind: 'gap', text: 'no line break at the end' },
    { kind: 'added', text: 'y', after: 21 },
  ])
})

test('a file that was empty', () => {
  expect(diffLines('@@ -0,0 +1,1 @@\n+a\n')).toEqual([{ kind: 'added', text: 'a', after: 1 }])
})

test('the numbers are those of the hunks that were made', () => {
  const before = Array.from({ length: 40 }, (_, at) => `line ${at + 1}`)
  const after = before.toSpliced(4, 1, 'five', 'five and a half').toSpliced(30, 2)
  const patch = structuredPatch('a', 'a', before.join('\n'), after.join('\n'))
  const text = patch.hunks
    .map((hunk) => {
      const head = `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`
      return `${head}\n${hunk.lines.join('\n')}\n`
    })
    .join('')
  for (const line of diffLines(text)) {
    if (line.before !== undefined) expect(before[line.before - 1]).toBe(line.text)
    if (line.after !== undefined) expect(after[line.after - 1]).toBe(line.text)
  }
})

test('counts in words', () => {
  expect(diffCounts(diff)).toEqual({ added: 3, removed: 2 })
  expect(countsWords({ added: 3, removed: 1 })).toBe('3 lines added, 1 removed')
  expect(countsWords({ added: 1, removed: 0 })).toBe('1 line added')
  expect(countsWords({ added: 0, removed: 1 })).toBe('1 line removed')
  expect(countsWords({ added: 0, removed: 0 })).toBe('')
})
