import type { Finding } from '../../finding.ts'
import { asBytes, asPercent } from '../../monitoring/answers.ts'
import { evidence, type Situation } from '../../situation.ts'

const gib = 1024 ** 3
/** A tenth of a large disk is much: what is free must be little by both measures. */
const little = { ratio: 0.1, bytes: 20 * gib }
const hardlyAny = { ratio: 0.03, bytes: 4 * gib }

/** A disk under the stack's data is nearly full: Prometheus stops writing when it is. */
export function diskFilling({ monitoring }: Situation): Finding[] {
  if (monitoring?.host.status !== 'known') return []
  return monitoring.host.value.disks.flatMap(({ mount, sizeBytes, freeBytes }): Finding[] => {
    if (sizeBytes <= 0) return []
    const ratio = freeBytes / sizeBytes
    const below = (least: typeof little) => ratio < least.ratio && freeBytes < least.bytes
    if (!below(little)) return []
    return [
      {
        code: 'DISK_FILLING',
        severity: below(hardlyAny) ? 'critical' : 'warning',
        subject: `disk:${mount}`,
        sentence: `Disk ${mount} has ${asBytes(freeBytes)} free, expected at least ${asPercent(little.ratio)}.`,
        evidence: evidence({
          size: asBytes(sizeBytes),
          free: `${asBytes(freeBytes)} (${asPercent(ratio)})`,
        }),
        remedy: { kind: 'runbook', code: 'DISK_FILLING' },
      },
    ]
  })
}
