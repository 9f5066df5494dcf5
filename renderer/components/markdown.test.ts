import { expect, test } from 'vitest'
import { blocksOf, spansOf } from './markdown.ts'

test('a runbook becomes headings, paragraphs, lists, code and tables', () => {
  const blocks = blocksOf(
    [
      '# Context switched',
      '',
      'Two lines',
      'of one paragraph.',
      '',
      '1. first',
      '   goes on',
      '2. second',
      '```sh',
      'docker context ls',
      '```',
      '| a | b |',
      '| --- | --- |',
      '| `1` | 2 |',
    ].join('\n'),
  )
  expect(blocks.map((block) => block.kind)).toEqual([
    'heading',
    'paragraph',
    'list',
    'code',
    'table',
  ])
  expect(blocks[1]).toMatchObject({ spans: [{ text: 'Two lines of one paragraph.' }] })
  expect(blocks[2]).toMatchObject({
    ordered: true,
    items: [[{ text: 'first goes on' }], [{ text: 'second' }]],
  })
  expect(blocks[3]).toMatchObject({ text: 'docker context ls' })
  expect(blocks[4]).toMatchObject({ rows: [{ length: 2 }, { length: 2 }] })
})

test('a fence that never closes still ends', () => {
  expect(blocksOf('```\nx')).toEqual([{ kind: 'code', text: 'x' }])
})

test('markup stays text, and links keep only their words', () => {
  expect(spansOf('see **this** `code` [there](https://example.org) <b>')).toEqual([
    { kind: 'text', text: 'see ' },
    { kind: 'strong', text: 'this' },
    { kind: 'text', text: ' ' },
    { kind: 'code', text: 'code' },
    { kind: 'text', text: ' there <b>' },
  ])
})

test('a bar that is escaped does not end a cell', () => {
  expect(blocksOf('| a \\| b | c |')).toMatchObject([
    { kind: 'table', rows: [[[{ text: 'a | b' }], [{ text: 'c' }]]] },
  ])
})
