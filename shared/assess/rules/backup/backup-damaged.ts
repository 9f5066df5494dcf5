import type { Finding } from '../../finding.ts'
import { asTime, evidence, type Situation } from '../../situation.ts'

/** Bytes of snapshots are not what they were. Without a sound one there is nothing to go back to. */
export function backupDamaged({ backups, stack }: Situation): Finding[] {
  if (backups?.status !== 'known') return []
  const { damaged, lastGood, repository } = backups.value
  const [first] = damaged
  if (first === undefined) return []
  const which =
    damaged.length === 1
      ? `A snapshot of ${stack.name} is`
      : `${damaged.length} snapshots of ${stack.name} are`
  const rest =
    lastGood === undefined
      ? 'and no sound one is left'
      : `the newest sound one is of ${asTime(lastGood).slice(0, 10)}`
  return [
    {
      code: 'BACKUP_DAMAGED',
      severity: lastGood === undefined ? 'critical' : 'warning',
      subject: `backup:${stack.name}`,
      sentence: `${which} damaged, ${rest}.`,
      evidence: evidence({
        repository,
        ...Object.fromEntries(damaged.slice(0, 20).map(({ id, what }) => [id, what])),
      }),
      remedy: { kind: 'runbook', code: 'BACKUP_DAMAGED' },
    },
  ]
}
