import { expect, test } from 'vitest'
import type { TimelineEntry, WatchLine } from '../../../shared/ipc/status.ts'
import { news, timelineText } from './lines-text.ts'

const plain = (_: unknown, text: string) => text

const entry = (at: string, stack: string | null, sentence: string): TimelineEntry => ({
  at,
  kind: 'context',
  stack,
  subject: 'context:current',
  sentence,
})

test('the timeline names each day once, and the stack where there are several', () => {
  const monday = entry('2026-11-23T12:00:00.000Z', 'odin', 'One.')
  const text = timelineText(
    [entry('2026-11-20T12:00:00.000Z', 'odin', 'None.'), monday, { ...monday, sentence: 'Two.' }],
    plain,
  ).split('\n')
  expect(text).toHaveLength(5)
  expect(text[0]).toBe('2026-11-20')
  expect(text[2]).toBe('2026-11-23')
  expect(text[3]).toMatch(/^ {2}\d\d:00:00 {2}context {2}One\.$/)
  expect(timelineText([monday, { ...monday, stack: 'shop' }], plain)).toMatch(
    /odin {2}One\.\n.*shop/,
  )
})

test('an incident is told again only in other words', () => {
  const tell = news(plain)
  const line = (sentence: string, status: 'firing' | 'resolved' = 'firing'): WatchLine => ({
    type: 'incident',
    at: '2026-11-23T12:00:00.000Z',
    stack: 'odin',
    incident: {
      id: 'i',
      cause: 'CONTEXT_SWITCHED',
      severity: 'critical',
      status,
      sentence,
      since: '2026-11-23T12:00:00.000Z',
      findings: [],
      remedy: { kind: 'none' },
    },
  })
  expect(tell(line('14 are out of sight.'))).toContain('14 are out of sight.')
  expect(tell(line('14 are out of sight.'))).toBeUndefined()
  expect(tell(line('7 are out of sight.'))).toContain('7 are out of sight.')
  expect(tell(line('7 are out of sight.', 'resolved'))).toContain('Over: 7')
})
