export type GpuProcess = { pid: number; name: string; memoryBytes?: number }

/** A part of a card cut up by MIG. It tells of its memory; of its utilisation nobody tells. */
export type MigDevice = {
  index: number
  /** `1g.10gb`: a seventh of the processors, 10 GB. */
  profile?: string
  uuid?: string
  memoryUsedBytes?: number
  memoryTotalBytes?: number
}

/** One card. What it does not tell is absent, never zero. */
export type Gpu = {
  index: number
  uuid: string
  name: string
  pciBusId: string
  /** Runtime power management has put it to sleep: it was not woken to be asked. */
  asleep: boolean
  utilisationRatio?: number
  memoryUsedBytes?: number
  memoryTotalBytes?: number
  temperatureCelsius?: number
  powerWatts?: number
  powerLimitWatts?: number
  fanRatio?: number
  migEnabled?: boolean
  /** Absent while it is not cut up, or nobody has told yet into what. */
  migDevices?: readonly MigDevice[]
  processes: readonly GpuProcess[]
}

export type GpuMoment = {
  at: number
  utilisationRatio?: number
  memoryUsedBytes?: number
  temperatureCelsius?: number
  powerWatts?: number
}

/** Why nvidia-smi cannot tell. `no-driver` and `lost` need a person; `not-installed` may be right. */
export type GpuTrouble =
  | 'not-installed'
  | 'no-driver'
  | 'no-library'
  | 'version-mismatch'
  | 'lost'
  | 'no-permission'
  | 'silent'
  | 'other'

/** All cards of the machine. Trouble that nvidia-smi itself reports is knowledge, not blindness. */
export type Gpus = {
  driverVersion: string
  cards: readonly Gpu[]
  /** By UUID, the last hour, oldest first. */
  history: Readonly<Record<string, readonly GpuMoment[]>>
  trouble?: { kind: GpuTrouble; message: string }
}
