import type { BackupEndSight } from '../../../domain/backup-sight.ts'
import { withoutStop } from '../../../kit/without-stop.ts'
import type { Finding } from '../../finding.ts'
import { asTime, evidence, type Situation } from '../../situation.ts'

const subjects: Readonly<Record<BackupEndSight['kind'], string>> = {
  backup: 'backup',
  verify: 'verification',
  prune: 'clean-up',
  drill: 'drill',
  'second-copy': 'second copy',
}

/** Work on the backups ended without what it was for; what a snapshot merely lacks is told calmly. */
export function backupFailed({ backups, stack }: Situation): Finding[] {
  if (backups?.status !== 'known') return []
  const { ends, lastGood = 0 } = backups.value
  return ends.flatMap((end): Finding[] => {
    const { kind, outcome, at, sentence, problems } = end
    if (outcome !== 'failed' && outcome !== 'partial') return []
    // Somebody else may have taken a good one since.
    if (kind === 'backup' && lastGood > at) return []
    const failed = outcome === 'failed'
    return [
      {
        code: 'BACKUP_FAILED',
        severity: failed ? 'warning' : 'info',
        subject: `${kind}:${stack.name}`,
        sentence: failed
          ? `The last ${subjects[kind]} of ${stack.name} failed: ${withoutStop(sentence)}.`
          : `The last ${subjects[kind]} of ${stack.name} is not whole: ${withoutStop(problems[0] ?? sentence)}.`,
        evidence: evidence({
          at: asTime(at),
          outcome: sentence,
          ...Object.fromEntries(problems.map((problem, index) => [`${index + 1}`, problem])),
        }),
        remedy: { kind: 'runbook', code: 'BACKUP_FAILED' },
      },
    ]
  })
}
