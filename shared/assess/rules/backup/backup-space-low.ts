import type { Finding } from '../../finding.ts'
import { asBytes } from '../../monitoring/answers.ts'
import { evidence, type Situation } from '../../situation.ts'

const mib = 1024 ** 2
/** Room for so many snapshots like the last ones should be left. */
const ahead = 3
const leastBytes = 256 * mib

/** Where the snapshots lie there is hardly room for the next ones. */
export function backupSpaceLow({ backups, stack }: Situation): Finding[] {
  if (backups?.status !== 'known' || !backups.value.space) return []
  const { repository, space } = backups.value
  const { freeBytes, nextBytes = 0 } = space
  const expected = Math.max(ahead * nextBytes, leastBytes)
  if (freeBytes >= expected) return []
  return [
    {
      code: 'BACKUP_SPACE_LOW',
      severity: 'warning',
      subject: `backup:${stack.name}`,
      sentence: `${asBytes(freeBytes)} are free for the snapshots of ${stack.name}, expected at least ${asBytes(expected)}.`,
      evidence: evidence({
        repository,
        free: asBytes(freeBytes),
        'next snapshot': nextBytes > 0 ? `about ${asBytes(nextBytes)}` : undefined,
      }),
      remedy: { kind: 'runbook', code: 'BACKUP_SPACE_LOW' },
    },
  ]
}
