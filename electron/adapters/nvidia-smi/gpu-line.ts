import type { Gpu, GpuProcess } from '../../../shared/domain/gpu.ts'
import type { GpuColumn, GpuQuery } from './gpu-fields.ts'

export type CardLine = {
  driverVersion: string
  /** How many cards nvidia-smi lists in one round; absent when it does not say. */
  count?: number
  card: Gpu
}

const bytesPerMiB = 1024 * 1024

/**
 * `[N/A]` (MIG's utilisation, a card without fan), `N/A` (memory temperature of GeForce),
 * `[Not Supported]` (before 450), `[Unknown Error]`, `[GPU requires reset]`,
 * `[Requested functionality has been deprecated]`, `ERR!`: none of them is a value.
 */
const missing = /^(\[.*\]|N\/A|ERR!?|)$/i

/** One line of `--format=csv,noheader,nounits`; undefined for anything else it may print. */
export function parseGpuLine(line: string, query: GpuQuery): CardLine | undefined {
  const values = splitLine(line, query.length)
  if (values.length !== query.length) return undefined
  const cells = new Map<GpuColumn, string>()
  query.forEach(({ column }, at) => {
    const value = values[at] ?? ''
    if (!missing.test(value)) cells.set(column, value)
  })
  const number = (column: GpuColumn): number | undefined => toNumber(cells.get(column))
  const index = number('index')
  if (index === undefined || !Number.isInteger(index)) return undefined
  const busId = cells.get('busId') ?? ''
  const mig = cells.get('mig')
  const count = number('count')
  const card: Gpu = {
    index,
    uuid: cells.get('uuid') ?? busId,
    name: cells.get('name') ?? `GPU ${index}`,
    pciBusId: busId,
    asleep: false,
    ...given('utilisationRatio', number('utilisation'), 1 / 100),
    ...given('memoryUsedBytes', number('memoryUsed'), bytesPerMiB),
    ...given('memoryTotalBytes', number('memoryTotal'), bytesPerMiB),
    ...given('temperatureCelsius', number('temperature'), 1),
    ...given('powerWatts', number('power'), 1),
    ...given('powerLimitWatts', number('powerLimit'), 1),
    ...given('fanRatio', number('fan'), 1 / 100),
    ...(mig !== undefined && { migEnabled: /^enabled$/i.test(mig) }),
    processes: [],
  }
  const driverVersion = cells.get('driver') ?? ''
  return count === undefined ? { driverVersion, card } : { driverVersion, count, card }
}

export const processFields = ['gpu_uuid', 'pid', 'used_memory', 'process_name'] as const

type ProcessLine = { uuid: string; process: GpuProcess }

export function parseProcessLine(line: string): ProcessLine | undefined {
  const [uuid = '', pidText = '', memory = '', name = ''] = splitLine(line, processFields.length)
  const pid = toNumber(pidText)
  if (pid === undefined || !Number.isInteger(pid) || missing.test(uuid)) return undefined
  const process = {
    pid,
    name: missing.test(name) ? '' : name,
    ...given('memoryBytes', toNumber(memory), bytesPerMiB),
  }
  return { uuid, process }
}

/** Exactly so many cells; what is left over belongs to the last, which may contain commas. */
function splitLine(line: string, cells: number): string[] {
  const parts = line.trim().split(', ')
  if (parts.length > cells) parts.push(parts.splice(cells - 1).join(', '))
  return parts.map((part) => part.trim())
}

/** A driver that ignores `nounits` for a field leaves `%`, `MiB` or `W` behind the number. */
function toNumber(text: string | undefined): number | undefined {
  const digits = /^(-?\d+(?:\.\d+)?)(?: ?(?:%|MiB|W|C))?$/.exec(text ?? '')?.[1]
  return digits === undefined ? undefined : Number(digits)
}

function given<K extends string>(
  key: K,
  value: number | undefined,
  factor: number,
): Partial<Record<K, number>> {
  return value === undefined ? {} : ({ [key]: value * factor } as Record<K, number>)
}
