import type { SnapshotFile } from '../../../shared/domain/snapshot.ts'
import { places } from '../../adapters/disk/places.ts'
import type { DockerPlace } from '../../adapters/docker/config-file.ts'
import { browse } from '../../backup/look/browse.ts'
import { withDashboardTitles } from '../../backup/look/dashboard-titles.ts'
import type { BackupDoor, BackupSecrets } from '../../backup/process/process-talk.ts'
import { runElsewhere } from '../../backup/process/run-elsewhere.ts'
import type { Repository } from '../../backup/repository/repository.ts'
import { openRepositoryOf } from '../../backup/repository-of.ts'
import { settleHere } from '../../backup/run/settle-here.ts'
import { pendingCleanups } from '../../backup/sources/engine/pending-cleanups.ts'
import type { BackupDoors } from './open-backups.ts'
import type { SnapshotReader } from './snapshot-reader.ts'

type DoorsHereParts = {
  /** Starts the backup process. */
  door: BackupDoor
  place: DockerPlace
  /** Of a stack, from the keyring; asked for when they are needed. */
  secretsOf: (stack: string) => Promise<BackupSecrets>
  version: string
}

/** Backups of this machine: written by a process of their own, read here. */
export function backupDoorsHere(parts: DoorsHereParts): BackupDoors {
  const { place, secretsOf } = parts
  return {
    carryOut: runElsewhere(parts),
    async open(stack) {
      const needsKey = (stack.backup?.recipients.length ?? 0) > 0
      const identity = needsKey ? (await secretsOf(stack.name)).identity : undefined
      return openRepositoryOf(stack, place, identity)
    },
    async settle() {
      const { state } = places(place.env, place.homeDirectory)
      const { signal } = new AbortController()
      const settled = await settleHere(pendingCleanups(state), place, signal)
      return settled.map(({ sentence }) => sentence)
    },
    reader: readerHere(place, async (stack) => (await secretsOf(stack)).grafanaToken),
  }
}

/** Nobody waits longer for a list because of what its entries are called. */
const titlesWithinMs = 20_000

function readerHere(
  place: DockerPlace,
  grafanaToken: (stack: string) => Promise<string | undefined>,
): SnapshotReader {
  /** Going through one snapshot asks for the same list again and again. */
  let last: { id: string; files: Promise<readonly SnapshotFile[]> } | undefined

  function filesOf(repository: Repository, id: string): Promise<readonly SnapshotFile[]> {
    if (last?.id !== id) {
      const files = repository.files(id)
      last = { id, files }
      files.catch(() => {
        if (last?.files === files) last = undefined
      })
    }
    return last.files
  }

  return {
    async browse(repository, snapshot, path) {
      const { id, manifest } = await repository.find(snapshot)
      const files = await filesOf(repository, id)
      const entries = browse(files, manifest.components, path)
      return withDashboardTitles(repository, files, entries, AbortSignal.timeout(titlesWithinMs))
    },
    async diff(repository, order, snapshot, against) {
      // Loaded on demand: nobody compares while the guard only guards.
      const { gatherFor } = await import('../../backup/order-here.ts')
      const gather = gatherFor(place, () => grafanaToken(order.stack.name))
      const { signal } = new AbortController()
      const { compareSnapshot } = await import('../../backup/run/compare.ts')
      return compareSnapshot(repository, snapshot, against, order, gather, signal)
    },
  }
}
