import type { BackupSight } from '../../../shared/domain/backup-sight.ts'
import { known, type Reading, unknown } from '../../../shared/domain/reading.ts'
import type { SnapshotEntry } from '../../../shared/domain/snapshot.ts'
import type { Stack } from '../../../shared/domain/stack.ts'
import type { BackupPlan, BackupView, SnapshotView } from '../../../shared/ipc/backup-view.ts'
import { isPart, isVerified } from '../../../shared/plan/whole-snapshot.ts'
import { usualBackup } from '../../../shared/stack/stack-schema.ts'
import { likelyBytes } from '../../backup/run/likely-bytes.ts'
import type { Ledger } from './ledger.ts'
import type { Kept } from './what-is-kept.ts'

// What is told of the backups, made of what was seen and what is remembered. Pure.

/** What the schedule says now; times in epoch milliseconds. */
export type Due = {
  nextRun?: number
  /** The slot that has not come about, once it is time to say so. */
  overdueSince?: number
  /** Why a due run has not begun yet. */
  waitsFor?: string
  problem?: string
}

const startOf = ({ manifest }: SnapshotEntry): number => Date.parse(manifest.startedAt)

/** The newest one that everything can be brought back from. */
export const lastGoodOf = ({ sound }: Pick<Kept, 'sound'>): SnapshotEntry | undefined =>
  sound.find((entry) => isVerified(entry) && !isPart(entry, sound))

export function sightOf(
  reading: Reading<Kept>,
  ledger: Pick<Ledger, 'ends'>,
  due: Due,
): Reading<BackupSight> {
  const { observedAt } = reading
  if (reading.status === 'known') return known(sightIn(reading.value, ledger, due), observedAt)
  const last = reading.lastKnown && sightIn(reading.lastKnown, ledger, due)
  return unknown(reading.failure, observedAt, last)
}

function sightIn(kept: Kept, { ends }: Pick<Ledger, 'ends'>, due: Due): BackupSight {
  const good = lastGoodOf(kept)
  const nextBytes = likelyBytes(kept.sound)
  return {
    repository: kept.directory,
    ...(due.overdueSince !== undefined && { overdueSince: due.overdueSince }),
    ...(due.problem !== undefined && { scheduleProblem: due.problem }),
    ...(good && { lastGood: startOf(good) }),
    ends: ends.map(({ at, ...end }) => ({ ...end, at: Date.parse(at) })),
    damaged: [
      ...kept.sound.flatMap(({ id, marks: { damaged } }) =>
        damaged ? [{ id, what: lossIn(damaged) }] : [],
      ),
      ...kept.broken.map(({ id, sentence }) => ({ id, what: sentence })),
    ],
    ...(kept.space && {
      space: {
        freeBytes: kept.space.freeBytes,
        ...(nextBytes !== undefined && { nextBytes }),
      },
    }),
  }
}

const lossIn = ({
  files,
  packs,
}: {
  files: readonly string[]
  packs: readonly string[]
}): string =>
  files.length > 0
    ? `lost or changed: ${files.slice(0, 3).join(', ')}${files.length > 3 ? ` and ${files.length - 3} more` : ''}`
    : `${packs.length} packs are lost or changed`

const iso = (at: number | undefined): string | null =>
  at === undefined ? null : new Date(at).toISOString()

export function viewOf(
  stack: Stack,
  reading: Reading<Kept>,
  { ends }: Pick<Ledger, 'ends'>,
  due: Due,
  directory: string,
): BackupView {
  const kept = reading.status === 'known' ? reading.value : reading.lastKnown
  const sound = kept?.sound ?? []
  const good = kept && lastGoodOf(kept)
  const proven = sound
    .filter(({ marks }) => marks.provenAt !== undefined)
    .toSorted((a, b) => ((a.marks.provenAt ?? '') < (b.marks.provenAt ?? '') ? 1 : -1))[0]?.marks
  const choices = stack.backup ?? usualBackup
  return {
    stack: stack.name,
    repository: directory,
    problem: reading.status === 'known' ? (due.problem ?? null) : reading.failure.message,
    encrypted: choices.recipients.length > 0,
    plan: planOf(stack),
    nextRun: iso(due.nextRun),
    overdueSince: iso(due.overdueSince),
    ...(due.waitsFor !== undefined && { waitsFor: due.waitsFor }),
    lastGood: good?.manifest.startedAt ?? null,
    lastProven:
      proven?.provenAt === undefined
        ? null
        : { at: proven.provenAt, recoverMilliseconds: proven.recoverMilliseconds ?? 0 },
    lastEnd: ends.toSorted((a, b) => (a.at < b.at ? 1 : -1))[0] ?? null,
    space: kept?.space ?? null,
    snapshots: sound.map((entry) => ({
      ...snapshotView(entry),
      ...(isPart(entry, sound) && { isPart: true as const }),
    })),
    broken: [...(kept?.broken ?? [])],
  }
}

export function planOf(stack: Stack): BackupPlan {
  const { schedule, keep, onBattery, drill } = stack.backup ?? usualBackup
  return { schedule: [...schedule], keep, onBattery, drill: drill?.schedule ?? null }
}

export function snapshotView({ id, manifest, marks, storedBytes }: SnapshotEntry): SnapshotView {
  const { startedAt, finishedAt, reason, note, files, sizeBytes, addedBytes } = manifest
  return {
    id,
    at: startedAt,
    reason,
    ...(note !== undefined && { note }),
    milliseconds: Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt)),
    files,
    sizeBytes,
    addedBytes,
    storedBytes,
    encrypted: manifest.encrypted,
    engineId: manifest.engine?.id ?? null,
    pinned: marks.pinned ?? null,
    verifiedAt: marks.verifiedAt ?? null,
    provenAt: marks.provenAt ?? null,
    damaged: marks.damaged ? [...marks.damaged.files] : null,
    components: manifest.components.map(({ facts: _, ...component }) => component),
    gaps: manifest.gaps.map(({ sentence }) => sentence),
  }
}
