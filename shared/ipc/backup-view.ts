import { z } from 'zod'
import { componentKinds, consistencies, snapshotReasons } from '../domain/snapshot.ts'

// What the Backups page, the tray and the `--json` of the backup commands show.

const at = z.iso.datetime()
const count = z.number().int().min(0)

/** Work of the backup process, told while it goes on. */
export const backupRunSchema = z.strictObject({
  stack: z.string(),
  kind: z.enum(['backup', 'verify', 'prune', 'drill', 'second-copy']),
  phase: z.enum([
    'preparing',
    'reading',
    'verifying',
    'pruning',
    'restoring',
    'starting',
    'copying',
  ]),
  what: z.string(),
  files: count,
  bytes: count,
  totalBytes: count.exactOptional(),
  startedAt: at,
})
export type BackupRun = z.infer<typeof backupRunSchema>

export const backupEndSchema = z.strictObject({
  kind: backupRunSchema.shape.kind,
  at,
  outcome: z.enum(['done', 'partial', 'damaged', 'failed', 'cancelled']),
  sentence: z.string(),
  problems: z.array(z.string()),
  milliseconds: z.number(),
  snapshot: z.string().exactOptional(),
})
export type BackupEnd = z.infer<typeof backupEndSchema>

export const snapshotViewSchema = z.strictObject({
  id: z.string(),
  at,
  reason: z.enum(snapshotReasons),
  note: z.string().exactOptional(),
  milliseconds: z.number(),
  files: count,
  sizeBytes: count,
  addedBytes: count,
  storedBytes: count,
  encrypted: z.boolean(),
  /** ID of the engine that the data came from. */
  engineId: z.string().nullable(),
  pinned: z.string().nullable(),
  verifiedAt: at.nullable(),
  provenAt: at.nullable(),
  /** Files that are lost, as `component/path`; null while none is known to be. */
  damaged: z.array(z.string()).nullable(),
  components: z.array(
    z.strictObject({
      id: z.string(),
      kind: z.enum(componentKinds),
      title: z.string(),
      consistency: z.enum(consistencies),
      files: count,
      sizeBytes: count,
    }),
  ),
  gaps: z.array(z.string()),
  /** It cannot stand for whole ones; said where all snapshots are told together. */
  isPart: z.literal(true).exactOptional(),
})
export type SnapshotView = z.infer<typeof snapshotViewSchema>

const keep = z.strictObject({
  last: count,
  hourly: count,
  daily: count,
  weekly: count,
  monthly: count,
})

/** What the schedule editor changes; the rest of the stack file's section is left as it is. */
export const backupPlanSchema = z.strictObject({
  schedule: z.array(z.string()),
  keep,
  onBattery: z.boolean(),
  drill: z.string().nullable(),
})
export type BackupPlan = z.infer<typeof backupPlanSchema>

export const backupViewSchema = z.strictObject({
  stack: z.string(),
  repository: z.string(),
  /** Why the repository cannot be read; the rest is what was known before. */
  problem: z.string().nullable(),
  encrypted: z.boolean(),
  plan: backupPlanSchema,
  nextRun: at.nullable(),
  /** When a run was due that has not happened. */
  overdueSince: at.nullable(),
  /** Why a run that is due has not begun yet: "the mains". */
  waitsFor: z.string().exactOptional(),
  lastGood: at.nullable(),
  lastProven: z.strictObject({ at, recoverMilliseconds: z.number() }).nullable(),
  lastEnd: backupEndSchema.nullable(),
  space: z.strictObject({ freeBytes: count, ownBytes: count }).nullable(),
  /** Newest first. */
  snapshots: z.array(snapshotViewSchema),
  broken: z.array(z.strictObject({ id: z.string(), sentence: z.string() })),
})
export type BackupView = z.infer<typeof backupViewSchema>

/** One entry of a directory in a snapshot. */
export const browsedSchema = z.strictObject({
  name: z.string(),
  /** For the next question; components stand at the top. */
  path: z.string(),
  type: z.enum(['component', 'directory', 'file', 'symlink']),
  files: count.exactOptional(),
  sizeBytes: count,
  mtime: at.nullable(),
  linkTo: z.string().exactOptional(),
  /** What a dashboard is called, where it is one. */
  title: z.string().exactOptional(),
})
export type Browsed = z.infer<typeof browsedSchema>

export const snapshotChangeSchema = z.strictObject({
  component: z.string(),
  path: z.string(),
  change: z.enum(['added', 'removed', 'changed', 'mode']),
  sizeBefore: count.nullable(),
  sizeAfter: count.nullable(),
  /** Unified diff with secrets masked; null where it is no text or too long. */
  diff: z.string().nullable(),
})
export type SnapshotChange = z.infer<typeof snapshotChangeSchema>
