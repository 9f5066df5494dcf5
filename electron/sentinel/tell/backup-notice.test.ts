import { beforeEach, expect, test } from 'vitest'
import type { Mirror } from '../../../shared/ipc/contract.ts'
import { aBackupMirror, type FakeBackups, fakeBackups } from '../../../test/support/fake-backups.ts'
import type { Notice } from '../../adapters/notifications/notifier.ts'
import { listeners } from '../listeners.ts'
import { backUpAndTell } from './backup-notice.ts'

let shown: Notice[]
let opened: number
let kept: FakeBackups
let incidents: Mirror['stacks'][number]['incidents']
let begin: () => Promise<void>

beforeEach(() => {
  shown = []
  opened = 0
  incidents = []
  const onMirror = listeners<Mirror>()
  const mirror = () => aBackupMirror(kept.mirror(), incidents)
  kept = fakeBackups({ holds: 'some', changed: () => onMirror.tell(mirror()) })
  const parts = {
    sentinel: { mirror, onMirror: onMirror.add, backups: kept.backups },
    notifier: {
      async show(notice: Notice) {
        shown.push(notice)
        return { by: 'test', actions: true }
      },
    },
    open: () => {
      opened += 1
    },
  }
  begin = () => backUpAndTell(parts, 'odin_lab')
})

test('a good end is not told: the tray says when the last good backup was', async () => {
  const told = begin()
  await kept.begun()
  kept.advance(0.5)
  kept.end('done')
  await told
  expect(shown).toEqual([])
})

test.each([
  ['failed', 'odin_lab: Backup failed'],
  ['partial', 'odin_lab: Backup is not whole'],
] as const)(
  'an end that is %s is told with its reason, and leads to the window',
  async (how, title) => {
    const told = begin()
    await kept.begun()
    kept.end(how)
    await told
    expect(shown).toMatchObject([{ title }])
    expect(shown[0]?.body).toContain('The disk of the repository is full')
    shown[0]?.onAction('default')
    expect(opened).toBe(1)
  },
)

test('who cancels knows it', async () => {
  const told = begin()
  await kept.begun()
  kept.backups.cancel()
  await told
  expect(shown).toEqual([])
})

test('what an incident tells is not told twice', async () => {
  const told = begin()
  await kept.begun()
  incidents = [
    {
      id: 'b',
      cause: 'BACKUP_FAILED',
      severity: 'warning',
      status: 'firing',
      sentence: 'The last backup of odin_lab failed.',
      since: '2026-11-23T12:00:00.000Z',
      findings: [],
      remedy: { kind: 'none' },
    },
  ]
  kept.end('failed')
  await told
  expect(shown).toEqual([])
})

test('a backup that does not begin is told as well', async () => {
  kept.refuse('The repository is in use by process 4711.')
  await begin()
  expect(shown).toMatchObject([{ title: 'odin_lab: Backup failed' }])
  expect(shown[0]?.body).toContain('process 4711')
})
