import { z } from 'zod'

export { shortId } from './short-id.ts'

// One backup in a repository, as its manifest and its list of files say it. A manifest never
// changes; what becomes of a snapshot later (pinned, verified, proven) stands in its marks.

/** Of the manifest and of everything else in a repository. An unknown one is read-only. */
export const repositoryFormat = 1

export const componentKinds = [
  /** Compose files, env files, bind-mounted configuration: host paths. */
  'configuration',
  /** Contexts, engine settings, systemd units, ports, inspects, the rendered model. */
  'machine',
  'prometheus',
  'alertmanager',
  /** What Grafana's API exports; its volume, secrets and all, is a `volume`. */
  'grafana',
  'loki',
  'volume',
] as const
export type ComponentKind = (typeof componentKinds)[number]

export const consistencies = [
  /** Read while it was in use; changed files were read again. */
  'live',
  /** The program itself made a consistent copy (Prometheus' TSDB snapshot). */
  'snapshot',
  /** Whoever uses it was stopped meanwhile, or was not running. */
  'stopped',
  /** Asked from the program's API. */
  'exported',
] as const
export type Consistency = (typeof consistencies)[number]

/** Why it was taken; decides what retention and the window make of it. */
export const snapshotReasons = ['manual', 'scheduled', 'before-plan', 'before-restore'] as const
export type SnapshotReason = (typeof snapshotReasons)[number]

const count = z.number().int().min(0)

/** Of each list of a snapshot, unpacked: some five million files. */
export const mostListBytes = 1024 ** 3

const componentSchema = z.strictObject({
  /** `configuration`, `machine`, `prometheus:<project>/<service>`, `volume:<name>` … */
  id: z.string().min(1),
  kind: z.enum(componentKinds),
  /** For the person: "Prometheus data of odin/prometheus". */
  title: z.string(),
  consistency: z.enum(consistencies),
  files: count,
  /** Of the files as they are on disk. */
  sizeBytes: count,
  /** Facts that a restore needs: volume name, driver, image, mount, TSDB snapshot name … */
  facts: z.record(z.string(), z.string()),
})
export type SnapshotComponent = z.infer<typeof componentSchema>

/** What should have been in it and is not: a snapshot with gaps is `partial`, and says so. */
const gapSchema = z.strictObject({
  component: z.string(),
  sentence: z.string(),
})
export type SnapshotGap = z.infer<typeof gapSchema>

export const manifestSchema = z.strictObject({
  format: z.literal(repositoryFormat),
  id: z.string().min(1),
  stack: z.string(),
  reason: z.enum(snapshotReasons),
  /** Of the plan or the person: "before switching back to desktop-linux". */
  note: z.string().exactOptional(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  /** Who wrote it: version of Odin Sentinel. */
  writtenBy: z.string(),
  machine: z.string(),
  /** The engine the data came from; null when none answered and only files were kept. */
  engine: z
    .strictObject({
      id: z.string(),
      kind: z.string(),
      version: z.string(),
      context: z.string(),
      endpoint: z.string(),
    })
    .nullable(),
  /** By `project/service`. */
  images: z.record(
    z.string(),
    z.strictObject({ image: z.string(), id: z.string(), digests: z.array(z.string()) }),
  ),
  components: z.array(componentSchema),
  gaps: z.array(gapSchema),
  files: count,
  sizeBytes: count,
  /** Bytes that this snapshot added to the repository, compressed. */
  addedBytes: count,
  /** Of FILES.tsv and SHA256SUMS, unpacked: whoever reads them takes no more than that. */
  listBytes: z.strictObject({ files: count.max(mostListBytes), sums: count.max(mostListBytes) }),
  encrypted: z.boolean(),
})
export type Manifest = z.infer<typeof manifestSchema>

/** What became of a snapshot after it was written. A file of marks that makes no sense counts as pinned. */
export const marksSchema = z.strictObject({
  /** Why it must be kept, or absent. */
  pinned: z.string().exactOptional(),
  /** Every byte of it was read and found right at that time or later: of what it shares with earlier ones too. */
  verifiedAt: z.iso.datetime().exactOptional(),
  damaged: z
    .strictObject({ at: z.iso.datetime(), files: z.array(z.string()), packs: z.array(z.string()) })
    .exactOptional(),
  /** The last drill that started on it: the measured time to recover. */
  provenAt: z.iso.datetime().exactOptional(),
  recoverMilliseconds: z.number().exactOptional(),
})
export type Marks = z.infer<typeof marksSchema>

/** A snapshot in a repository, newest first in lists. */
export type SnapshotEntry = {
  id: string
  manifest: Manifest
  marks: Marks
  /** Bytes of all packs that it needs. */
  storedBytes: number
}

/** A directory under snapshots/ that is no sound snapshot, and why. It is never deleted. */
export type BrokenSnapshot = { id: string; sentence: string }

/** One line of FILES.tsv. */
export type SnapshotFile = {
  component: string
  /** Within the component, without a leading slash; `.` is the component's own root directory. */
  path: string
  type: 'file' | 'directory' | 'symlink'
  /** Permission bits with setuid, setgid and sticky, for example 0o644. */
  mode: number
  uid: number
  gid: number
  /** Epoch seconds, fraction kept. */
  mtimeSeconds: number
  sizeBytes: number
  /** Files only: of the plain content, lower-case hex. Unknown where the checksums have been lost. */
  sha256?: string
  /** Files only: SHA-256 name of the pack and the member in it. */
  pack?: string
  member?: string
  /** Symbolic links only: where it leads, unchanged. */
  linkTo?: string
}
