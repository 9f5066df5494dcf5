import { asAge, asBytes, asPercent } from '../../../shared/assess/monitoring/answers.ts'
import type { DiskRow, MonitoringView } from '../../../shared/ipc/monitoring-view.ts'
import type { Paint } from './paint.ts'
import { table } from './table.ts'

/** The machine in a few lines, its disks under the data of the stack, and the files watched. */
export function machineText({ host, files, blind, at }: MonitoringView, paint: Paint): string {
  const unseen = blind.filter(({ source }) => source === 'the machine' || source === 'files')
  if (host === null) return unseen.map(({ failure }) => failure).join('\n')
  const up = asAge(Date.parse(at) - Date.parse(host.bootAt))
  const memory = `${asBytes(host.memoryUsedBytes)} of ${asBytes(host.memoryBytes)}`
  const head = `${host.hostname}, Linux ${host.kernel}, up ${up}: CPU ${asPercent(host.cpuLoadRatio)} busy, ${memory} of memory used.`
  const disks =
    host.disks.length === 0
      ? 'No data directory of the stack is on a disk that can be seen.'
      : table([
          ['DISK', 'FREE', 'OF', 'FILLS', 'HOLDS'].map((cell) => paint('dim', cell)),
          ...host.disks.map((disk) => [
            paint(roomStyles[disk.room], disk.mount),
            asBytes(disk.freeBytes),
            asBytes(disk.sizeBytes),
            fillsText(disk),
            disk.directories.join(', '),
          ]),
        ])
  const gone = files.filter(({ state }) => state !== 'there')
  const watched = `${files.length} files of the stack are watched${gone.length === 0 ? '.' : `, and ${gone.map(({ path, state }) => `${path} is ${state}`).join(', ')}.`}`
  return [head, '', disks, '', watched, ...unseen.map(({ failure }) => failure)].join('\n')
}

const roomStyles = { enough: 'green', little: 'yellow', 'hardly any': 'red' } as const

function fillsText({ fillsBytesPerHour, fullAt }: DiskRow): string {
  if (fillsBytesPerHour === null) return 'told after ten minutes of watch'
  if (fillsBytesPerHour <= 0) return 'no'
  return `${asBytes(fillsBytesPerHour)} an hour${fullAt === null ? '' : `, full at ${fullAt}`}`
}
