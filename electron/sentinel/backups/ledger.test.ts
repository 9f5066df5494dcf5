import { expect, test } from 'vitest'
import type { BackupEnd } from '../../../shared/ipc/backup-view.ts'
import { afterWork, type Ledger } from './ledger.ts'

const at = '2026-11-23T12:00:00.000Z'
const repository = { directory: '/mnt/disk', id: 'a' }
const before: Ledger = { stack: 'odin', slots: {}, ends: [], repository }
const end = (kind: BackupEnd['kind'], outcome: BackupEnd['outcome']): BackupEnd => {
  return { kind, outcome, sentence: 'So it ended.', at, milliseconds: 1, problems: [] }
}

test('a second copy counts as checked where it was checked to its end', () => {
  const copy = (check: boolean) => ({ kind: 'second-copy', check }) as const
  expect(afterWork(before, copy(true), end('second-copy', 'done')).checkedAt).toBe(Date.parse(at))
  expect(afterWork(before, copy(false), end('second-copy', 'done')).checkedAt).toBeUndefined()
  expect(afterWork(before, copy(true), end('second-copy', 'damaged')).checkedAt).toBeUndefined()
})

test('whoever takes a backup by hand goes on with the repository that is there', () => {
  const taken = (reason: 'manual' | 'scheduled') => ({ kind: 'backup', reason }) as const
  expect(afterWork(before, taken('manual'), end('backup', 'partial')).repository).toBeUndefined()
  expect(afterWork(before, taken('manual'), end('backup', 'failed')).repository).toEqual(repository)
  expect(afterWork(before, taken('scheduled'), end('backup', 'done')).repository).toEqual(
    repository,
  )
})
