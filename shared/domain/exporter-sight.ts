import type { MigDevice } from './gpu.ts'
import type { Reading } from './reading.ts'

/** What the exposition of an exporter says of the machine that it measures. */
export type MeasuredMachine = {
  memoryBytes?: number
  /** Epoch seconds. */
  bootTime?: number
  hostname?: string
  kernel?: string
}

/** A card as an exporter reports it: DCGM and nvidia_gpu_exporter in one form. */
export type ExportedGpu = {
  uuid: string
  name?: string
  /** The instances of a card that MIG cuts up; only DCGM tells of them. */
  migDevices?: readonly MigDevice[]
  utilisationRatio?: number
  memoryUsedBytes?: number
  memoryTotalBytes?: number
  temperatureCelsius?: number
  powerWatts?: number
}

/** One successful scrape of ours. */
export type Exposition = {
  format: 'text' | 'openmetrics'
  samples: number
  sizeBytes: number
  tookMs: number
  machine: MeasuredMachine
  gpus: readonly ExportedGpu[]
}

/** One exporter of the stack, asked by HTTP. A 200 that is no exposition is `not-metrics`. */
export type ExporterSight = {
  project: string
  service: string
  kind: string
  url: string
  exposition: Reading<Exposition>
}
