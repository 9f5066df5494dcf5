import type { Finding } from '../../finding.ts'
import { asTime, evidence, type Situation } from '../../situation.ts'

/** A snapshot was due and has not come about, or nobody can see whether there are any. */
export function backupOverdue({ backups, stack }: Situation): Finding[] {
  if (!backups || (backups.status === 'unknown' && backups.failure.code === 'pending')) return []
  const finding = {
    code: 'BACKUP_OVERDUE' as const,
    subject: `backup:${stack.name}`,
    remedy: { kind: 'runbook' as const, code: 'BACKUP_OVERDUE' as const },
  }
  if (backups.status === 'unknown') {
    return [
      {
        ...finding,
        severity: 'unknown',
        sentence: `Whether ${stack.name} is backed up cannot be seen: ${backups.failure.message}`,
        evidence: evidence({ repository: backups.lastKnown?.repository }),
      },
    ]
  }
  const { repository, scheduleProblem, overdueSince, lastGood } = backups.value
  const facts = evidence({
    repository,
    'was due': overdueSince === undefined ? undefined : asTime(overdueSince),
    'last good': lastGood === undefined ? 'none' : asTime(lastGood),
  })
  if (scheduleProblem !== undefined) {
    return [{ ...finding, severity: 'warning', sentence: scheduleProblem, evidence: facts }]
  }
  if (overdueSince === undefined) return []
  const last = lastGood === undefined ? 'there is none' : `the last good one is of ${day(lastGood)}`
  return [
    {
      ...finding,
      severity: 'warning',
      sentence: `A snapshot of ${stack.name} was due ${day(overdueSince)} and has not been taken; ${last}.`,
      evidence: facts,
    },
  ]
}

const day = (at: number): string => `${asTime(at).slice(0, 16).replace('T', ' ')} UTC`
