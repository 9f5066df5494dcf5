import { asBytes, asPercent } from '../../../shared/assess/monitoring/answers.ts'
import type { DiskRow, MonitoringView } from '../../../shared/ipc/monitoring-view.ts'
import { durationWords } from '../wording.ts'
import { ago, blindTo, brokenFirst, type FactRow, heard } from './rows.ts'

/** The machine itself, as labels and values. */
export function machineFacts({ host }: MonitoringView, now: number): [string, string][] {
  if (host === null) return []
  const memory = `${asBytes(host.memoryUsedBytes)} of ${asBytes(host.memoryBytes)}`
  return [
    ['Machine', host.hostname],
    ['CPU', `${asPercent(host.cpuLoadRatio)} busy`],
    ['Memory', `${memory} used`],
    ['Up', durationWords(now - Date.parse(host.bootAt))],
    ['Kernel', host.kernel],
  ]
}

const rooms = {
  enough: { state: 'ok', word: 'enough' },
  little: { state: 'warning', word: 'little' },
  'hardly any': { state: 'critical', word: 'hardly any' },
} as const

export const diskRows = (view: MonitoringView, now: number): FactRow[] =>
  heard(
    brokenFirst(
      (view.host?.disks ?? []).map((row) => ({
        key: row.mount,
        ...rooms[row.room],
        cells: [
          row.mount,
          `${asBytes(row.freeBytes)} of ${asBytes(row.sizeBytes)}`,
          fillsWords(row, now),
          row.directories.join(', '),
        ],
      })),
    ),
    blindTo(view, 'the machine') === undefined,
  )

function fillsWords({ fillsBytesPerHour, fullAt }: DiskRow, now: number): string {
  if (fillsBytesPerHour === null) return 'not known yet'
  if (fillsBytesPerHour <= 0) return 'does not fill'
  const rate = `${asBytes(fillsBytesPerHour)} an hour`
  return fullAt === null ? rate : `${rate}, full in ${durationWords(Date.parse(fullAt) - now)}`
}

const fileStates = {
  there: { state: 'ok', word: 'there' },
  missing: { state: 'warning', word: 'missing' },
  unreadable: { state: 'unknown', word: 'cannot see' },
} as const

export const fileRows = (view: MonitoringView, now: number): FactRow[] =>
  heard(
    brokenFirst(
      view.files.map((row) => ({
        key: row.path,
        ...fileStates[row.state],
        cells: [
          row.path,
          row.role,
          row.sizeBytes === null ? '' : asBytes(row.sizeBytes),
          row.modifiedAt === null ? '' : ago(row.modifiedAt, now),
        ],
      })),
    ),
    blindTo(view, 'files') === undefined,
  )
