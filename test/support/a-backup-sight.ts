import type { BackupSight } from '../../shared/domain/backup-sight.ts'
import { minute, noon } from './a-world.ts'

const gib = 1024 ** 3

/** Backed up last night, with room for many more. */
export function aBackupSight(different: Partial<BackupSight> = {}): BackupSight {
  return {
    repository: '/home/ada/.local/share/odin-sentinel/backups/odin',
    lastGood: noon - 600 * minute,
    ends: [
      {
        kind: 'backup',
        at: noon - 600 * minute,
        outcome: 'done',
        sentence: 'Kept and verified.',
        problems: [],
      },
    ],
    damaged: [],
    space: { freeBytes: 100 * gib, nextBytes: gib },
    ...different,
  }
}
