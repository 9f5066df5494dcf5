import { randomUUID } from 'node:crypto'
import { posix } from 'node:path'
import { statusOf } from '../../../adapters/docker/engine-call.ts'
import { isSnapshotName, snapshotTakenAt } from '../../../adapters/prometheus/tsdb-admin.ts'
import { archiveNames } from './archive-tree.ts'
import { type EngineParts, nameOf } from './engine-parts.ts'
import { openHelper } from './open-helper.ts'
import type { DataPlace, PendingOf } from './pending-cleanups.ts'
import { isActive } from './quiesce.ts'
import { pathInHelper } from './tsdb-place.ts'

type Deletion = PendingOf<'delete-tsdb-snapshot'>
type Parts = Pick<EngineParts, 'hands' | 'pending' | 'engine' | 'mayStop'>

/** Between our reading the clock and Prometheus' naming the snapshot, which has whole seconds. */
const earlierMs = 2_000
const laterMs = 10_000

/**
 * Deletes one snapshot of Prometheus, whose name is looked for when we did not live to hear it.
 * Nothing but `<data>/snapshots/<name>` is ever touched. Says what was done.
 */
export async function deleteTsdbSnapshot(
  parts: Parts,
  deletion: Deletion,
  signal: AbortSignal,
): Promise<string> {
  const { hands } = parts
  const who = nameOf(deletion.container)
  const containerId = await containerOf(parts, deletion, signal)
  const { place, dataPath } = deletion
  if (place.type === 'layer') {
    if (containerId === undefined) return `${who} is gone, and its TSDB snapshot with it.`
    return deleteIn(containerId, containerId, dataPath)
  }
  if (place.type === 'volume' && !(await hands.volume(place.source, signal)))
    return `Volume ${place.source} is gone, and the TSDB snapshot of ${who} with it.`
  await using helper = await closing(parts, place, signal)
  return await deleteIn(helper.containerId, containerId, pathInHelper(place))

  async function deleteIn(seenBy: string, running: string | undefined, data: string) {
    const snapshots = posix.join(data, 'snapshots')
    const name = deletion.name ?? (await ourName(seenBy, snapshots))
    if (name === undefined) return `${who} had made no TSDB snapshot for us.`
    if (!isSnapshotName(name)) throw new Error(`${name} is no name of a TSDB snapshot.`)
    const isThere = () => hands.statPath(seenBy, posix.join(snapshots, name), signal)
    if (!(await isThere())) return `TSDB snapshot ${name} of ${who} is gone.`
    const inContainer = posix.join(dataPath, 'snapshots', name)
    if (running) await hands.exec(running, ['rm', '-rf', inContainer], signal).catch(() => {})
    // Images without a shell have no rm either; another image on the engine has.
    if ((await isThere()) && place.type !== 'layer') {
      const mount = { type: place.type, source: place.source, readOnly: false }
      const target = posix.join(pathInHelper(place), 'snapshots', name)
      await runRemoval(mount, target)
    }
    if (!(await isThere())) return `TSDB snapshot ${name} of ${who} was deleted.`
    throw new Error(
      `TSDB snapshot ${inContainer} of ${who} cannot be deleted; it keeps old blocks on the disk until somebody deletes it.`,
    )
  }

  async function ourName(seenBy: string, snapshots: string): Promise<string | undefined> {
    if (!(await hands.statPath(seenBy, snapshots, signal))) return undefined
    const names = await archiveNames({ hands, containerId: seenBy, signal }, snapshots)
    const near = names.filter((name) => {
      const takenAt = snapshotTakenAt(name)
      if (takenAt === undefined) return false
      return takenAt >= deletion.engineNow - earlierMs && takenAt <= deletion.engineNow + laterMs
    })
    if (near.length < 2) return near[0]
    throw new Error(
      `${near.length} TSDB snapshots of ${who} were made when ours was, and it cannot be told which one is: ${near.join(', ')}. Delete those that nobody needs.`,
    )
  }

  async function runRemoval(
    mount: { type: 'volume' | 'bind'; source: string; readOnly: boolean },
    target: string,
  ): Promise<void> {
    const id = randomUUID()
    const note = await parts.pending.note(parts.engine, { kind: 'remove-helper', helper: id })
    try {
      await hands.runHelper({ id, mount }, ['rm', '-rf', target], signal)
    } catch (error) {
      // What the engine refused is told by the directory that is still there.
      if (statusOf(error) === undefined) throw error
    }
    await note.done()
  }
}

async function containerOf(
  { hands }: Parts,
  { container }: Deletion,
  signal: AbortSignal,
): Promise<string | undefined> {
  const same = await hands.container(container.id, signal)
  if (same) return isActive(same) ? same.id : undefined
  const others = await hands.containersOf(container.project, container.service, signal)
  return others.find(isActive)?.id
}

async function closing(
  parts: Parts,
  { type, source }: Exclude<DataPlace, { type: 'layer' }>,
  signal: AbortSignal,
): Promise<AsyncDisposable & { containerId: string }> {
  const helper = await openHelper(parts, { type, source }, signal)
  return { containerId: helper.containerId, [Symbol.asyncDispose]: helper.close }
}
