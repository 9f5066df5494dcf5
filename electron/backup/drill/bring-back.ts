import type { SnapshotComponent } from '../../../shared/domain/snapshot.ts'
import { makeTree, whatDiffers } from '../restore/make-tree.ts'
import type { PlaceAt } from '../restore/place.ts'
import type { Tree } from '../restore/tree.ts'
import { type DrillSite, filesOf } from './drill-site.ts'

const mostNamed = 5

/**
 * Restores a component into a scratch volume, by the way that a restore goes, and reads it back:
 * every name, mode, owner and byte. Rejects where something is not as it was.
 */
export async function bringBack(
  site: DrillSite,
  component: SnapshotComponent,
  what: string,
): Promise<{ volume: string }> {
  const { engine, id, repository, say, signal, onRead } = site
  const entries = filesOf(site, component)
  say({ phase: 'restoring', what: component.title })
  const volume = await engine.scratch.createVolume(id, what, signal)
  const at: PlaceAt = {
    hands: engine.hands,
    place: { type: 'volume', source: volume, below: '' },
    leave: [],
    helperId: id,
    signal,
  }
  const tree: Tree = {
    entries,
    read: (each, reading) =>
      repository.read(
        entries.filter(({ type }) => type === 'file'),
        async (file, content) => {
          await each(file, content)
          onRead(file.sizeBytes)
        },
        reading,
      ),
  }
  await makeTree(at, tree)
  say({ phase: 'verifying', what: component.title })
  const differing = await whatDiffers(at, tree)
  if (differing.length === 0) return { volume }
  const named = differing.slice(0, mostNamed).join(', ')
  const more = differing.length > mostNamed ? ` and ${differing.length - mostNamed} more` : ''
  throw new Error(`${component.title} did not come back as it was: ${named}${more}.`)
}

/** Reads everything of a component; each file is checked to its last byte. */
export async function readBack(site: DrillSite, component: SnapshotComponent): Promise<void> {
  site.say({ phase: 'restoring', what: component.title })
  await site.repository.read(
    filesOf(site, component),
    async ({ sizeBytes }, content) => {
      for await (const _chunk of content);
      site.onRead(sizeBytes)
    },
    site.signal,
  )
}
