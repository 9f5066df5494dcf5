import { asBytes } from '../../../shared/assess/monitoring/answers.ts'
import type { ComponentKind, Consistency, SnapshotReason } from '../../../shared/domain/snapshot.ts'
import type { BackupEnd, BackupRun } from '../../../shared/ipc/backup-view.ts'
import { daysBetween } from '../../../shared/kit/day-and-time.ts'

export const sizeWords = asBytes

export const reasonWords: Record<SnapshotReason, string> = {
  manual: 'asked for',
  scheduled: 'by schedule',
  'before-plan': 'before a plan',
  'before-restore': 'before a restore',
}

export const consistencyWords: Record<Consistency, string> = {
  live: 'read while in use',
  snapshot: 'copied by the program itself',
  stopped: 'read while nobody used it',
  exported: 'asked from the program',
}

export const componentWords: Record<ComponentKind, string> = {
  configuration: 'configuration',
  machine: 'machine',
  prometheus: 'Prometheus',
  alertmanager: 'Alertmanager',
  grafana: 'Grafana',
  loki: 'Loki',
  volume: 'volume',
}

export const runWords: Record<BackupRun['kind'], string> = {
  backup: 'Backing up',
  verify: 'Verifying',
  prune: 'Cleaning up',
  drill: 'Proving',
  'second-copy': 'Copying to the second place',
}

export const endWords: Record<BackupEnd['kind'], string> = {
  backup: 'Backup',
  verify: 'Verification',
  prune: 'Clean-up',
  drill: 'Drill',
  'second-copy': 'Second copy',
}

export const outcomeWords: Record<BackupEnd['outcome'], string> = {
  done: 'done',
  partial: 'partial',
  damaged: 'found damage',
  failed: 'failed',
  cancelled: 'cancelled',
}

export const phaseWords: Record<BackupRun['phase'], string> = {
  preparing: 'preparing',
  reading: 'reading',
  verifying: 'reading back',
  pruning: 'removing',
  restoring: 'restoring',
  starting: 'starting',
  copying: 'copying',
}

/** `today`, `yesterday`, `3 days ago`. */
export function agoWords(time: string, now: number): string {
  const days = Math.max(0, daysBetween(Date.parse(time), now))
  return days === 0 ? 'today' : days === 1 ? 'yesterday' : `${days} days ago`
}
