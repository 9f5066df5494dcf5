export type Disk = { mount: string; sizeBytes: number; freeBytes: number }

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
