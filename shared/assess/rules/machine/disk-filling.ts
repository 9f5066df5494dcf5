import { type Disk, hoursUntilFull } from '../../../domain/host.ts'
import type { Finding } from '../../finding.ts'
import { asAge, asBytes, asPercent } from '../../monitoring/answers.ts'
import { evidence, type Situation } from '../../situation.ts'

const gib = 1024 ** 3
/** A tenth of a large disk is much: what is free must be little by both measures. */
const little = { ratio: 0.1, bytes: 20 * gib }
const hardlyAny = { ratio: 0.03, bytes: 4 * gib }

/** What a disk has left, by the same measures for the finding and for the eye. */
export function roomOn({ sizeBytes, freeBytes }: Disk): 'enough' | 'little' | 'hardly any' {
  const below = (least: typeof little) =>
    freeBytes / sizeBytes < least.ratio && freeBytes < least.bytes
  if (sizeBytes <= 0 || !below(little)) return 'enough'
  return below(hardlyAny) ? 'hardly any' : 'little'
}

/** `1.5 GiB an hour`; undefined while nobody can tell. */
function fillsWords(bytesPerHour: number | undefined): string | undefined {
  if (bytesPerHour === undefined) return undefined
  return bytesPerHour > 0 ? `${asBytes(bytesPerHour)} an hour` : 'not in the last hour'
}

/** A disk under the stack's data is nearly full: Prometheus stops writing when it is. */
export function diskFilling({ monitoring }: Situation): Finding[] {
  if (monitoring?.host.status !== 'known') return []
  return monitoring.host.value.disks.flatMap((disk): Finding[] => {
    const { mount, sizeBytes, freeBytes, fillsBytesPerHour } = disk
    const room = roomOn(disk)
    if (room === 'enough') return []
    const ratio = freeBytes / sizeBytes
    const hours = hoursUntilFull(disk)
    return [
      {
        code: 'DISK_FILLING',
        severity: room === 'hardly any' ? 'critical' : 'warning',
        subject: `disk:${mount}`,
        sentence: `Disk ${mount} has ${asBytes(freeBytes)} free, expected at least ${asPercent(little.ratio)}.`,
        evidence: evidence({
          size: asBytes(sizeBytes),
          free: `${asBytes(freeBytes)} (${asPercent(ratio)})`,
          fills: fillsWords(fillsBytesPerHour),
          'full in': hours === undefined ? undefined : asAge(hours * 3_600_000),
          holds: disk.directories?.join(', '),
        }),
        remedy: { kind: 'runbook', code: 'DISK_FILLING' },
      },
    ]
  })
}
