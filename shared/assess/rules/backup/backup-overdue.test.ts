import { expect, test } from 'vitest'
import { aBackupSight } from '../../../../test/support/a-backup-sight.ts'
import { aSituation } from '../../../../test/support/a-situation.ts'
import { aReading, minute, noon, noReading } from '../../../../test/support/a-world.ts'
import { unknown } from '../../../domain/reading.ts'
import { undecided } from '../../assess.ts'
import { backupOverdue } from './backup-overdue.ts'

const found = (...sights: Parameters<typeof aBackupSight>) =>
  backupOverdue(aSituation({ backups: aReading(aBackupSight(...sights)) }))

test('says nothing while snapshots come as they are due', () => {
  expect(found()).toEqual([])
  expect(backupOverdue(aSituation())).toEqual([])
})

test('names the snapshot that was due, and the last good one', () => {
  const [finding] = found({ overdueSince: noon - 400 * minute, lastGood: noon - 2_000 * minute })
  expect(finding).toMatchObject({
    code: 'BACKUP_OVERDUE',
    severity: 'warning',
    subject: 'backup:odin',
    sentence:
      'A snapshot of odin was due 2026-11-23 05:20 UTC and has not been taken; the last good one is of 2026-11-22 02:40 UTC.',
  })
})

test('a schedule that never comes is told as it is', () => {
  const sentence = 'The schedule "0 0 30 2 *" never comes, expected a day.'
  expect(found({ scheduleProblem: sentence })[0]).toMatchObject({ severity: 'warning', sentence })
})

test('what cannot be seen is unknown, not well', () => {
  const backups = noReading<never>('permission-denied', 'permission is denied.')
  const [finding] = backupOverdue(aSituation({ backups }))
  expect(finding).toMatchObject({
    severity: 'unknown',
    sentence: 'Whether odin is backed up cannot be seen: permission is denied.',
  })
  expect(undecided(aSituation({ backups }))).toContain('BACKUP_DAMAGED')
})

test('what has not been looked at yet is not told', () => {
  const backups = unknown<never>({ code: 'pending', message: 'Not looked at yet.' }, noon)
  expect(backupOverdue(aSituation({ backups }))).toEqual([])
})
