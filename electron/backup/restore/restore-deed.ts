import type { DataPlace, FileCounts } from '../../../shared/plan/steps/restore-steps.ts'

/** A place of data on the engine that it is expected on. */
type DataAt = {
  endpoint: string
  engineId: string
  place: DataPlace
  /** Names at the top that are nobody's business here. */
  leave: readonly string[]
}

/** Of the operation that it is a part of: one deed at a time is done in its name. */
type ForOperation = {
  helperId: string
  /** The directory for what was there before. */
  keptIn: string
}

type FromSnapshot = { snapshot: string; component: string }

/**
 * What has to be read, unpacked or hashed whole for a restore. Plain values: they travel to a
 * process of their own, so that whoever plans and journals need not wait for the disk.
 */
export type RestoreDeed =
  /** Every byte that will be asked for. */
  | {
      what: 'check'
      snapshot: string
      components: readonly string[]
      /** Files beside them. */
      files: readonly { component: string; path: string }[]
    }
  /** What would change; parts that cannot be read in this time are left out. */
  | {
      what: 'count'
      snapshot: string
      endpoint: string
      engineId: string
      parts: readonly Pick<DataAt & FromSnapshot, 'component' | 'place' | 'leave'>[]
      withinMs: number
    }
  /** Keeps what is there, then makes it what the snapshot holds. */
  | ({ what: 'put-back' } & DataAt & ForOperation & FromSnapshot)
  /** Rejects where it is not what the snapshot holds. */
  | ({ what: 'compare' } & DataAt & ForOperation & FromSnapshot)
  /** Makes it what was kept, and sees that it is; nothing where nothing was. */
  | ({ what: 'take-back' } & DataAt & ForOperation)

/** By component. `bytes` is what lies there now, `wanted` what will. */
export type Counted = Readonly<
  Record<string, { counts: FileCounts; bytes: number; wanted: number }>
>
