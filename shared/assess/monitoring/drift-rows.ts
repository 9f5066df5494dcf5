import type { Container } from '../../domain/container.ts'
import type { Baseline } from '../../domain/monitoring.ts'
import type { Reading } from '../../domain/reading.ts'
import type { WatchedFile } from '../../domain/watched-file.ts'
import type { DriftRow } from '../../ipc/monitoring-view.ts'
import { asTime } from '../situation.ts'

type DriftMatter = {
  /** Absent until something has been accepted. */
  baseline: Baseline | undefined
  files: Reading<readonly WatchedFile[]>
  /** Containers at home; absent while they cannot be seen. */
  containers: readonly Container[] | undefined
}

/** Everything that was accepted or is there, and whether the two are the same. */
export function driftRows({ baseline, files, containers }: DriftMatter): DriftRow[] {
  const seenFiles =
    files.status === 'known' ? new Map(files.value.map((file) => [file.path, file])) : undefined
  const seen =
    containers && new Map(containers.map((one) => [`${one.project}/${one.service}`, one]))
  return [
    ...rowsOf(
      'file',
      baseline?.files,
      seenFiles,
      (file) => file.sha256,
      (file) => file.modifiedAt,
    ),
    ...rowsOf(
      'image',
      baseline?.images,
      seen,
      ({ imageId }) => imageId,
      ({ createdAt }) => createdAt,
    ),
    ...rowsOf(
      'compose',
      baseline?.configHashes,
      seen,
      ({ labels }) => labels['com.docker.compose.config-hash'],
      ({ createdAt }) => createdAt,
    ),
  ]
}

function rowsOf<T>(
  what: DriftRow['what'],
  accepted: Readonly<Record<string, string>> | undefined,
  seen: ReadonlyMap<string, T> | undefined,
  hashOf: (value: T) => string | undefined,
  changedAtOf: (value: T) => number | undefined,
): DriftRow[] {
  const subjects = new Set([...Object.keys(accepted ?? {}), ...(seen?.keys() ?? [])])
  return [...subjects].sort().map((subject) => {
    const value = seen?.get(subject)
    const observed = value === undefined ? undefined : hashOf(value)
    const before = accepted?.[subject]
    const changedAt = value === undefined ? undefined : changedAtOf(value)
    return {
      what,
      subject,
      state: stateOf(before, observed, seen !== undefined, accepted !== undefined),
      accepted: before ?? null,
      observed: observed ?? null,
      changedAt: changedAt === undefined ? null : asTime(changedAt),
    }
  })
}

function stateOf(
  accepted: string | undefined,
  observed: string | undefined,
  canSee: boolean,
  hasBaseline: boolean,
): DriftRow['state'] {
  if (!canSee || !hasBaseline) return 'cannot-tell'
  if (accepted === undefined) return 'new'
  if (observed === undefined) return 'missing'
  return accepted === observed ? 'same' : 'changed'
}
