export type Disk = {
  mount: string
  sizeBytes: number
  freeBytes: number
  /** Data directories of the stack that are on it. */
  directories?: readonly string[]
  /** Over the last hour; below zero while it empties. Absent until it was watched for a while. */
  fillsBytesPerHour?: number
}

/** What the machine itself says, to hold against what exporters say of it. */
export type Host = {
  hostname: string
  kernel: string
  memoryBytes: number
  /** Epoch seconds. */
  bootTime: number
  cpuLoadRatio: number
  memoryUsedBytes: number
  /** The disks under the data directories of the stack. */
  disks: readonly Disk[]
}

/** How long it takes at this rate; undefined where it does not fill, or nobody can tell. */
export function hoursUntilFull({ freeBytes, fillsBytesPerHour }: Disk): number | undefined {
  if (fillsBytesPerHour === undefined || fillsBytesPerHour <= 0) return undefined
  return freeBytes / fillsBytesPerHour
}
