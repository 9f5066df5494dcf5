import { expect, test } from 'vitest'
import { aBackupSight } from '../../../../test/support/a-backup-sight.ts'
import { aSituation } from '../../../../test/support/a-situation.ts'
import { aReading, minute, noon } from '../../../../test/support/a-world.ts'
import type { BackupEndSight } from '../../../domain/backup-sight.ts'
import { backupFailed } from './backup-failed.ts'

const found = (end: Partial<BackupEndSight>, lastGood?: number) => {
  const whole: BackupEndSight = {
    kind: 'backup',
    at: noon - minute,
    outcome: 'failed',
    sentence: 'The disk is full.',
    problems: [],
    ...end,
  }
  const good = lastGood === undefined ? {} : { lastGood }
  return backupFailed(aSituation({ backups: aReading(aBackupSight({ ends: [whole], ...good })) }))
}

test.each(['done', 'cancelled', 'damaged'] as const)('%s is no failure', (outcome) => {
  expect(found({ outcome })).toEqual([])
})

test('a backup that failed is a warning that says why', () => {
  expect(found({})[0]).toMatchObject({
    code: 'BACKUP_FAILED',
    severity: 'warning',
    subject: 'backup:odin',
    sentence: 'The last backup of odin failed: The disk is full.',
  })
})

test('a good snapshot that somebody took since settles it', () => {
  expect(found({}, noon)).toEqual([])
  expect(found({ kind: 'drill' }, noon)[0]?.subject).toBe('drill:odin')
})

test('a part that is missing is told calmly', () => {
  const problems = ['loki is not in it: loki may not be stopped.']
  expect(found({ outcome: 'partial', problems })[0]).toMatchObject({
    severity: 'info',
    sentence: 'The last backup of odin is not whole: loki is not in it: loki may not be stopped.',
  })
})
