import type { SnapshotEntry, SnapshotGap } from '../../../shared/domain/snapshot.ts'
import { sentenceOf } from '../../../shared/kit/sentence-of.ts'
import { withoutStop } from '../../../shared/kit/without-stop.ts'
import type { Repository, SnapshotDraft } from '../repository/repository.ts'
import type { BackupSource } from '../sources/source.ts'
import { type Gather, isWanted } from './gathered.ts'
import { likelyBytes } from './likely-bytes.ts'
import { asBytes, asDuration, counted } from './say.ts'
import type { CarryOut, OrderSite } from './site.ts'

type TakeSnapshotParts = {
  gather: Gather
  machine: string
  version: string
  /** After a scheduled snapshot: what is too old goes. */
  tidy: CarryOut<'prune'>
  now: () => number
}

/** What one more snapshot adds is guessed from the last ones. */
const reserve = 1.1
const leastFreeBytes = 8 * 1024 ** 2

/** Reads everything that is wanted into a new snapshot, verified before it counts. */
export const takeSnapshot =
  (parts: TakeSnapshotParts): CarryOut<'backup'> =>
  async (order, site) => {
    const { stack, only, reason, note, pin } = order
    const { repository, say, signal } = site
    const startedAt = new Date(parts.now()).toISOString()
    const began = performance.now()
    const { sound } = await repository.snapshots()
    if (only === undefined) await refuseWhatCannotFit(repository, sound)

    const gathered = await parts.gather(order, signal)
    let draft: SnapshotDraft | undefined
    let entry: SnapshotEntry | undefined
    try {
      const sources = gathered.sources.filter((source) => isWanted(only, source))
      if (sources.length === 0) {
        const ids = gathered.sources.map(({ id }) => id).join(', ')
        throw new Error(`Nothing of ${stack.name} is ${only?.join(' or ')}; there are ${ids}.`)
      }
      const gaps = gathered.gaps.filter(({ component }) => isWanted(only, { id: component }))
      draft = await repository.begin()
      const reading = readingOf(site, sources, sound)
      for (const source of sources) gaps.push(...(await add(draft, source, reading, signal)))
      say({ phase: 'verifying', what: `The new snapshot of ${stack.name}` })
      const facts = {
        stack: stack.name,
        reason,
        ...(note !== undefined && { note }),
        startedAt,
        machine: parts.machine,
        engine: gathered.engine,
        images: await gathered.images(),
        gaps,
        writtenBy: parts.version,
      }
      entry = await draft.commit(facts, signal)
    } finally {
      if (!entry) await draft?.abandon().catch(() => {})
      await gathered.close(entry !== undefined).catch(() => {})
    }

    if (pin !== undefined) await repository.mark(entry.id, { pinned: pin })
    const { files, sizeBytes, addedBytes } = entry.manifest
    const gaps = entry.manifest.gaps.map(({ sentence }) => sentence)
    const kept = `${counted(files, 'file')} of ${stack.name} (${asBytes(sizeBytes)}, ${asBytes(addedBytes)} new) were kept and verified in ${asDuration(performance.now() - began)}`
    const lacks = gaps.length === 0 ? '' : `; ${counted(gaps.length, 'part')} could not be read`
    const problems = [...gaps, ...(reason === 'scheduled' ? await tidyAfter(order.stack) : [])]
    return {
      outcome: gaps.length === 0 ? 'done' : 'partial',
      sentence: `${kept}${lacks}.`,
      problems,
      snapshot: entry.id,
      addedBytes,
    }

    /** That too much is kept spoils no snapshot. */
    async function tidyAfter(stack: typeof order.stack): Promise<string[]> {
      try {
        await parts.tidy({ kind: 'prune', stack, dryRun: false }, site)
        return []
      } catch (error) {
        if (signal.aborted) return []
        return [`Old snapshots could not be cleared away: ${withoutStop(sentenceOf(error))}.`]
      }
    }
  }

async function refuseWhatCannotFit(
  repository: Repository,
  sound: readonly SnapshotEntry[],
): Promise<void> {
  const needed = Math.max((likelyBytes(sound) ?? 0) * reserve, leastFreeBytes)
  const { freeBytes } = await repository.space()
  if (freeBytes >= needed) return
  throw new Error(
    `A snapshot would need about ${asBytes(Math.round(needed))}, and ${repository.directory} has ${asBytes(freeBytes)} free. Keep fewer, or name a directory on a larger disk.`,
  )
}

type Reading = { begin(title: string): void; onBytes: Parameters<SnapshotDraft['add']>[2] }

/** Counts over all sources; the whole is guessed from what they were the last time. */
function readingOf(
  { say }: OrderSite,
  sources: readonly BackupSource[],
  sound: readonly SnapshotEntry[],
): Reading {
  const lastSizes = new Map(
    sound
      .toReversed()
      .flatMap(({ manifest }) => manifest.components.map((one) => [one.id, one.sizeBytes])),
  )
  const known = sources.map(({ id }) => lastSizes.get(id))
  const totalBytes = known.reduce<number>((sum, size) => sum + (size ?? 0), 0)
  const total = known.every((size) => size !== undefined) ? { totalBytes } : {}
  const done = { files: 0, bytes: 0 }
  let current = { files: 0, bytes: 0 }
  return {
    begin(title) {
      done.files += current.files
      done.bytes += current.bytes
      current = { files: 0, bytes: 0 }
      say({ phase: 'reading', what: title, ...done, ...total })
    },
    onBytes({ files, bytes }) {
      current = { files, bytes }
      say({ files: done.files + files, bytes: done.bytes + bytes })
    },
  }
}

/** What cannot be read is a gap, and the rest goes on; a full disk is the end. */
async function add(
  draft: SnapshotDraft,
  source: BackupSource,
  reading: Reading,
  signal: AbortSignal,
): Promise<SnapshotGap[]> {
  reading.begin(source.title)
  try {
    const { component, gaps } = await draft.add(source, signal, reading.onBytes)
    return gaps.map((sentence) => ({ component: component.id, sentence }))
  } catch (error) {
    if (signal.aborted || isFull(error)) throw error
    const why = withoutStop(sentenceOf(error))
    return [{ component: source.id, sentence: `${source.title} is not in it: ${why}.` }]
  }
}

const isFull = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')
