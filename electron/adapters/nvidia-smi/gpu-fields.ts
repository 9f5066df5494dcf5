/** What we ask of each card, in our words; the name stands last because it alone is free text. */
const gpuColumns = [
  'index',
  'uuid',
  'busId',
  'driver',
  'count',
  'utilisation',
  'memoryUsed',
  'memoryTotal',
  'temperature',
  'power',
  'powerLimit',
  'fan',
  'mig',
  'name',
] as const

export type GpuColumn = (typeof gpuColumns)[number]

/**
 * nvidia-smi's names for them, the preferred one first. Its help says which older and newer names
 * mean the same: 595 calls `driver_version` deprecated in favour of `kmd_version`.
 */
const namesOf: Readonly<Record<GpuColumn, readonly [string, ...string[]]>> = {
  index: ['index'],
  uuid: ['uuid', 'gpu_uuid'],
  busId: ['pci.bus_id', 'gpu_bus_id'],
  driver: ['driver_version', 'kmd_version'],
  count: ['count'],
  utilisation: ['utilization.gpu'],
  memoryUsed: ['memory.used'],
  memoryTotal: ['memory.total'],
  temperature: ['temperature.gpu'],
  power: ['power.draw', 'power.draw.average', 'power.draw.instant'],
  powerLimit: ['power.limit', 'enforced.power.limit'],
  fan: ['fan.speed'],
  mig: ['mig.mode.current'],
  name: ['name', 'gpu_name'],
}

export type GpuQuery = readonly { column: GpuColumn; field: string }[]

/** The fields that `--help-query-gpu` lists, each quoted at the beginning of a line. */
export function fieldsInHelp(help: string): ReadonlySet<string> {
  const lines = help.split('\n').filter((line) => line.startsWith('"'))
  return new Set(lines.flatMap((line) => [...line.matchAll(/"([\w.]+)"/g)].map((m) => m[1] ?? '')))
}

/**
 * One unknown field makes nvidia-smi refuse the whole query, so only what its help lists is
 * asked for. A help that lists nothing we know is not understood: then the preferred names.
 */
export function queryFor(supported: ReadonlySet<string>): GpuQuery {
  const isUnderstood = namesOf.index.some((name) => supported.has(name))
  return gpuColumns.flatMap((column) => {
    const names = namesOf[column]
    const field = isUnderstood ? names.find((name) => supported.has(name)) : names[0]
    return field === undefined ? [] : [{ column, field }]
  })
}
