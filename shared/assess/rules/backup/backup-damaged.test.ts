import { expect, test } from 'vitest'
import { aBackupSight } from '../../../../test/support/a-backup-sight.ts'
import { aSituation } from '../../../../test/support/a-situation.ts'
import { aReading } from '../../../../test/support/a-world.ts'
import { backupDamaged } from './backup-damaged.ts'

const damaged = [{ id: '2026-11-22T01-15-00Z_01', what: '3 files are lost' }]

test('says nothing of sound snapshots', () => {
  expect(backupDamaged(aSituation({ backups: aReading(aBackupSight()) }))).toEqual([])
})

test('a damaged snapshot beside a sound one is a warning', () => {
  const backups = aReading(aBackupSight({ damaged }))
  expect(backupDamaged(aSituation({ backups }))[0]).toMatchObject({
    severity: 'warning',
    sentence: 'A snapshot of odin is damaged, the newest sound one is of 2026-11-23.',
    evidence: { '2026-11-22T01-15-00Z_01': '3 files are lost' },
  })
})

test('without a sound one it is critical', () => {
  const { lastGood: _, ...sight } = aBackupSight({ damaged: [...damaged, ...damaged] })
  expect(backupDamaged(aSituation({ backups: aReading(sight) }))[0]).toMatchObject({
    severity: 'critical',
    sentence: '2 snapshots of odin are damaged, and no sound one is left.',
  })
})
