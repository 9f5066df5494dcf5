import { z } from 'zod'
import { shortId } from '../../domain/short-id.ts'
import { snapshotReasons } from '../../domain/snapshot.ts'
import { stepKind } from './step-kind.ts'

const text = z.string()
const count = z.number().int().min(0)
const onEngine = { endpoint: text, engineId: text }
const services = z.array(z.strictObject({ project: text, service: text }))

/** Data of a component: a volume by name, or a directory of the engine's machine. */
export const dataPlaceSchema = z.strictObject({
  type: z.enum(['volume', 'bind']),
  source: text,
  /** The path in it that the component is about; empty for its root. */
  below: text,
})
export type DataPlace = z.infer<typeof dataPlaceSchema>

/** How many files come, change, go and stay. */
export const fileCountsSchema = z.strictObject({
  create: count,
  replace: count,
  remove: count,
  unchanged: count,
})
export type FileCounts = z.infer<typeof fileCountsSchema>

const names = (some: readonly { service: string }[]): string =>
  some.map(({ service }) => service).join(', ')

export function countsInWords({ create, replace, remove, unchanged }: FileCounts): string {
  return `${create} created, ${replace} replaced, ${remove} deleted, ${unchanged} unchanged`
}

/** What brings data and files back from a snapshot, and what comes before and after it. */
export const restoreSteps = {
  /** Every byte that will be written, and the room for it, before anything is touched. */
  CheckSnapshot: stepKind(
    'CheckSnapshot',
    {
      stack: text,
      snapshot: text,
      /** Read whole. */
      components: z.array(text),
      /** Files beside them. */
      files: z.array(z.strictObject({ component: text, path: text })),
      /** What has to be kept of the present beside the snapshot of it. */
      keepBytes: count,
      /** Where data goes, and how much more will lie there. */
      engine: z.strictObject({ ...onEngine, growsBytes: count }).exactOptional(),
    },
    ({ snapshot, components, files }) =>
      `read what is needed of snapshot ${shortId(snapshot)} to its last byte: ${[
        ...components,
        ...(files.length === 0 ? [] : [files.length === 1 ? '1 file' : `${files.length} files`]),
      ].join(', ')}`,
  ),

  /** A snapshot of the present, verified and pinned. It stays when the operation is rolled back. */
  TakeSnapshot: stepKind(
    'TakeSnapshot',
    {
      stack: text,
      reason: z.enum(snapshotReasons),
      note: text,
      pin: text,
      /** Kinds, or ids of components; those that are not there are left out. */
      only: z.array(text),
      /** Volumes and directories of data without which it is worth nothing. */
      places: z.array(text),
    },
    ({ places }) =>
      places.length === 0
        ? 'keep the present state in a snapshot of its own'
        : `keep the present state in a snapshot of its own, with ${places.join(', ')}`,
  ),

  /** Remembers which of them run; only these are started again. */
  StopServices: stepKind(
    'StopServices',
    { ...onEngine, services },
    ({ services }) => `stop ${names(services)}`,
  ),

  /** Exactly those that ran when they were stopped. */
  StartServices: stepKind(
    'StartServices',
    { ...onEngine, services, seconds: z.number() },
    ({ services }) => `start what ran of ${names(services)}`,
  ),

  /**
   * The content of a volume, or of a directory in it, becomes that of the snapshot. What it held
   * is kept in the operation's directory. A volume that is missing is made; none is ever deleted.
   */
  RestoreVolume: stepKind(
    'RestoreVolume',
    {
      ...onEngine,
      stack: text,
      snapshot: text,
      component: text,
      title: text,
      place: dataPlaceSchema,
      /** How the volume was made, and how it is made anew where it is missing. */
      make: z
        .strictObject({
          driver: text,
          options: z.record(text, text),
          labels: z.record(text, text),
        })
        .nullable(),
      /** Names at the top that are left as they are. */
      leave: z.array(text),
      /** null where there was no time to count. */
      counts: fileCountsSchema.nullable(),
    },
    ({ title, place, snapshot, counts }) =>
      `put ${title} back as in snapshot ${shortId(snapshot)} (${place.type} ${place.source}${
        counts === null ? '' : `: ${countsInWords(counts)}`
      })`,
  ),

  /** Files that the restore that is being undone has made. A copy of each is kept. */
  RemoveFiles: stepKind(
    'RemoveFiles',
    { files: z.array(z.strictObject({ file: text, sha256: text })) },
    ({ files }) => `delete ${files.map(({ file }) => file).join(', ')}`,
  ),

  /** Looks whether all that was stopped or restarted works, with what was put back. */
  VerifyRestored: stepKind(
    'VerifyRestored',
    {
      ...onEngine,
      /** That have files or data that were put back. */
      services,
      prometheus: z.array(z.strictObject({ project: text, service: text, url: text })),
      /** What they hold now; `usedBy` must have been started since. */
      files: z.array(z.strictObject({ file: text, sha256: text, usedBy: services })),
      seconds: z.number(),
    },
    ({ services, prometheus, seconds }) => {
      const works = services.length === 0 ? 'the files are as they were' : `${names(services)} work`
      const runs =
        prometheus.length === 0 ? '' : ` and that ${names(prometheus)} runs what is in its file`
      return `see that ${works}${runs}, within ${seconds} s`
    },
  ),
}
