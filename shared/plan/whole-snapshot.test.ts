import { expect, test } from 'vitest'
import type { ComponentKind, SnapshotEntry } from '../domain/snapshot.ts'
import { isPart, retained } from './whole-snapshot.ts'

const kindOf = (id: string): ComponentKind => (id.split(':', 1)[0] ?? '') as ComponentKind

function anEntry(ids: readonly string[], missing: readonly string[] = []): SnapshotEntry {
  return {
    id: `2026-11-23T02-15-00Z_${ids.length}${missing.length}`,
    manifest: {
      format: 1,
      id: 'one',
      stack: 'odin',
      reason: 'scheduled',
      startedAt: '2026-11-23T02:15:00.000Z',
      finishedAt: '2026-11-23T02:15:09.000Z',
      writtenBy: '0.1.0',
      machine: 'ada',
      engine: null,
      images: {},
      components: ids.map((id) => ({
        ...{ id, kind: kindOf(id), title: id, consistency: 'live', files: 1, sizeBytes: 1 },
        facts: {},
      })),
      gaps: missing.map((component) => ({ component, sentence: `${component} is not in it.` })),
      files: 1,
      sizeBytes: 1,
      addedBytes: 1,
      listBytes: { files: 1, sums: 1 },
      encrypted: false,
    },
    marks: {},
    storedBytes: 1,
  }
}

const described = ['configuration', 'machine']
const whole = anEntry([...described, 'prometheus:odin/prometheus', 'volume:odin_grafana'])

test('what was asked for in part, or holds less than others, is a part', () => {
  expect(isPart(whole, [whole])).toBe(false)
  expect(isPart(anEntry(['volume:odin_grafana']), [whole])).toBe(true)
  expect(isPart(anEntry(described), [whole])).toBe(true)
})

test('a stack without data has no more than its description', () => {
  const only = anEntry(described)
  expect(isPart(only, [only])).toBe(false)
})

test('an engine that never answered makes no snapshot whole', () => {
  const blind = anEntry(described, ['engine'])
  expect(isPart(blind, [blind])).toBe(true)
})

test('data that could not be read at all makes it a part, and nothing else does', () => {
  const ids = [...described, 'volume:odin_grafana']
  expect(isPart(anEntry(ids, ['prometheus:odin/prometheus']), [whole])).toBe(true)
  // One file of it; what Grafana would have exported besides; a note that was left.
  const lacks = ['volume:odin_grafana', 'grafana:odin/grafana', 'put-back']
  expect(isPart(anEntry(ids, lacks), [whole])).toBe(false)
})

test('retention sees what is damaged as not verified', () => {
  const at = '2026-11-23T03:00:00.000Z'
  const marks = { verifiedAt: at, damaged: { at, files: [], packs: [] } }
  const [one, two] = retained([
    { ...whole, marks },
    { ...whole, marks: { verifiedAt: at } },
  ])
  expect([one?.verified, two?.verified]).toEqual([false, true])
  expect(two?.at).toBe(Date.parse('2026-11-23T02:15:00.000Z'))
})
