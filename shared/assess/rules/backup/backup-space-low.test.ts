import { expect, test } from 'vitest'
import { aBackupSight } from '../../../../test/support/a-backup-sight.ts'
import { aSituation } from '../../../../test/support/a-situation.ts'
import { aReading } from '../../../../test/support/a-world.ts'
import type { BackupSight } from '../../../domain/backup-sight.ts'
import { backupSpaceLow } from './backup-space-low.ts'

const gib = 1024 ** 3
const found = (space: NonNullable<BackupSight['space']>) =>
  backupSpaceLow(aSituation({ backups: aReading(aBackupSight({ space })) }))

test('room for three more is enough', () => {
  expect(found({ freeBytes: 3 * gib, nextBytes: gib })).toEqual([])
})

test('room for less is told', () => {
  expect(found({ freeBytes: 2 * gib, nextBytes: gib })[0]).toMatchObject({
    code: 'BACKUP_SPACE_LOW',
    severity: 'warning',
    sentence: '2.0 GiB are free for the snapshots of odin, expected at least 3.0 GiB.',
  })
})

test('before anybody knows how much is needed, hardly any room is told', () => {
  expect(found({ freeBytes: gib })).toEqual([])
  expect(found({ freeBytes: gib / 100 })).toHaveLength(1)
})
