import { posix } from 'node:path'
import type { Consistency } from '../../../../shared/domain/snapshot.ts'
import type { ContainerUpClose } from '../../../adapters/docker/hands/engine-hands.ts'
import { type Taken, tsdbAdmin } from '../../../adapters/prometheus/tsdb-admin.ts'
import type { BackupSource, OpenedSource, SourceItem } from '../source.ts'
import { archiveEntry, archiveTree } from './archive-tree.ts'
import { blockFacts } from './block-facts.ts'
import type { EngineParts } from './engine-parts.ts'
import { openHelper } from './open-helper.ts'
import type { DataPlace, PendingOf } from './pending-cleanups.ts'
import { opening } from './put-back.ts'
import { isActive, quiesce, whyNotStop } from './quiesce.ts'
import { dataPathOf, pathInHelper, placeOf } from './tsdb-place.ts'
import { deleteTsdbSnapshot } from './tsdb-snapshot.ts'
import { madeAs } from './volume.ts'

export type PrometheusParts = EngineParts & {
  project: string
  service: string
  /** Where its API can be asked; absent where nothing is published. */
  url?: string
}

/** Blocks, and the head as it is written: what a Prometheus needs to know all that this one knew. */
const blockPath = /^[0-9A-HJKMNP-TV-Z]{26}(\/|$)/
/** Of this one run, and what was begun; `snapshots` has the same blocks once more. */
const notData = /^(lock|queries\.active|snapshots|[^/]*\.tmp(-for-(creation|deletion))?)(\/|$)/

export function prometheusSource(parts: PrometheusParts): BackupSource {
  const name = `${parts.project}/${parts.service}`
  return {
    id: `prometheus:${name}`,
    kind: 'prometheus',
    title: `Prometheus data of ${name}`,
    packing: 'whole-directories',
    open: (signal) => opening((begun) => openPrometheus(parts, name, begun, signal)),
  }
}

/** How its data is read. */
type Way = {
  consistency: Consistency
  /** Below the data directory. */
  below: string
  take: (path: string) => boolean
  facts: Readonly<Record<string, string>>
  gaps: readonly string[]
}

async function openPrometheus(
  parts: PrometheusParts,
  name: string,
  begun: AsyncDisposableStack,
  signal: AbortSignal,
): Promise<Omit<OpenedSource, 'close'>> {
  const { hands } = parts
  const container = await findContainer(parts, signal)
  const told = isActive(container) ? await storageTold(parts, signal) : undefined
  const dataPath = told?.path ?? dataPathOf(container)
  const place = placeOf(container, dataPath)
  if (place === undefined)
    throw new Error(`${name} keeps its data in memory (${dataPath}), where no backup can read it.`)
  const way = await findWay({ parts, container, place, dataPath, name, begun, signal })
  let seenBy = container.id
  let data = dataPath
  if (place.type !== 'layer') {
    const helper = await openHelper(parts, { type: place.type, source: place.source }, signal)
    begun.defer(() => helper.close())
    seenBy = helper.containerId
    data = pathInHelper(place)
  }
  const isLive = way.consistency === 'live'
  const tree = archiveTree({
    ...{ hands, containerId: seenBy, signal, isLive },
    root: posix.join(data, way.below),
    take: way.take,
  })
  const rootEntry = await archiveEntry({ hands, containerId: seenBy, signal }, data)
  const volume = place.type === 'volume' ? await hands.volume(place.source, signal) : undefined
  const facts: Record<string, string> = {
    image: container.image,
    imageId: container.imageId,
    service: name,
    dataPath,
    ...(place.type === 'layer' ? {} : { [place.type]: place.source, below: place.below }),
    ...(volume && madeAs(volume)),
    ...(told && { retention: told.retention }),
    // The newest of them need not be in finished blocks.
    ...(told?.jobs && !isLive && { jobs: JSON.stringify(told.jobs) }),
    ...way.facts,
  }
  const blocks = blockFacts()
  const late: string[] = []
  async function* items(): AsyncGenerator<SourceItem> {
    for await (const item of blocks.learnFrom(tree)) {
      // A snapshot's own directory is not the one that a restore has to make.
      if (item.path !== '.' || rootEntry === undefined) yield item
      else yield { ...item, ...onlyRoot(rootEntry) }
    }
    Object.assign(facts, blocks.facts())
    if (way.consistency !== 'stopped') return
    const all = await hands.containersOf(parts.project, parts.service, signal)
    if (all.some(isActive)) late.push(`${name} was started by somebody while its data was read.`)
  }
  return {
    consistency: way.consistency,
    facts,
    items: items(),
    gaps: () => [
      ...way.gaps,
      ...late,
      ...tree.gaps().map((gap) => `In the data of ${name}: ${gap}`),
      ...blocks.unfinished().map((block) => `Block ${block} of ${name} went while it was read.`),
    ],
  }
}

const onlyRoot = ({ mode, uid, gid, mtimeSeconds }: SourceItem | RootEntry) => ({
  mode,
  uid,
  gid,
  mtimeSeconds,
})
type RootEntry = { mode: number; uid: number; gid: number; mtimeSeconds: number }

async function findContainer(
  { hands, project, service }: PrometheusParts,
  signal: AbortSignal,
): Promise<ContainerUpClose> {
  const all = (await hands.containersOf(project, service, signal)).filter((one) => !one.oneOff)
  const found = all.find(isActive) ?? all[0]
  if (found) return found
  throw new Error(`${project}/${service} has no container on ${hands.endpoint}, expected one.`)
}

/** Undefined where it cannot be asked. */
async function storageTold({ url }: PrometheusParts, signal: AbortSignal) {
  if (url === undefined) return undefined
  const admin = tsdbAdmin({ url })
  try {
    const [storage, jobs] = await Promise.all([
      admin.storage(signal),
      admin.jobs(signal).catch(() => undefined),
    ])
    return { ...storage, jobs }
  } catch {
    signal.throwIfAborted()
    return undefined
  } finally {
    admin.close()
  }
}

async function findWay(given: {
  parts: PrometheusParts
  container: ContainerUpClose
  place: DataPlace
  dataPath: string
  name: string
  begun: AsyncDisposableStack
  signal: AbortSignal
}): Promise<Way> {
  const { parts, container, name, begun, signal } = given
  const whole = { below: '', take: (path: string) => !notData.test(path), gaps: [] }
  if (!isActive(container))
    return { ...whole, consistency: 'stopped', facts: { way: 'it was not running' } }
  const taken = await takeSnapshot(given)
  if (taken.taken) {
    return {
      consistency: 'snapshot',
      below: `snapshots/${taken.name}`,
      take: () => true,
      facts: { way: 'TSDB snapshot', snapshot: taken.name },
      gaps: [],
    }
  }
  const why = await whyNotStop(parts, [container], signal)
  if (why === undefined) {
    const quieted = await quiesce(parts, [container], signal)
    begun.defer(() => quieted.startAgain())
    return { ...whole, consistency: 'stopped', facts: { way: `stopped: ${taken.why}` } }
  }
  const next = taken.isOff
    ? `Add --web.enable-admin-api to its command, or ${name} to backup.mayStop in the stack file.`
    : `Add ${name} to backup.mayStop in the stack file to have it stopped for its backup.`
  return {
    consistency: 'live',
    below: '',
    take: (path) => blockPath.test(path),
    facts: { way: `finished blocks alone: ${taken.why}` },
    gaps: [
      `The newest samples of ${name}, about two hours, are missing: no snapshot can be taken (${taken.why}), and ${why}. ${next}`,
    ],
  }
}

/** What was taken is deleted when the source is closed, or by a later run. */
async function takeSnapshot(given: {
  parts: PrometheusParts
  container: ContainerUpClose
  place: DataPlace
  dataPath: string
  begun: AsyncDisposableStack
  signal: AbortSignal
}): Promise<Taken> {
  const { parts, container, place, dataPath, begun, signal } = given
  const no = (why: string): Taken => ({ taken: false, isOff: false, why })
  if (parts.url === undefined) return no('it publishes no port')
  const { id, name, project, service, number } = container
  const deletion: PendingOf<'delete-tsdb-snapshot'> = {
    kind: 'delete-tsdb-snapshot',
    container: { id, name, project, service, number },
    ...{ place, dataPath },
    engineNow: (await parts.hands.identity(signal)).now,
  }
  const note = await parts.pending.note(parts.engine, deletion)
  const admin = tsdbAdmin({ url: parts.url })
  try {
    // Not to be broken off: Prometheus would finish it all the same, and nobody know its name.
    const taken = await admin.takeSnapshot()
    if (!taken.taken) {
      await note.done()
      return taken
    }
    const named = { ...deletion, name: taken.name }
    begun.defer(async () => {
      await deleteTsdbSnapshot(parts, named, new AbortController().signal)
      await note.done()
    })
    await note.update(named)
    return taken
  } catch (error) {
    // Where somebody heard it there may be a snapshot all the same: a later run will look.
    if (heardNobody(error)) await note.done()
    signal.throwIfAborted()
    return no(error instanceof Error ? error.message.replace(/\.$/, '') : String(error))
  } finally {
    admin.close()
  }
}

const heardNobody = (error: unknown): boolean =>
  ['ECONNREFUSED', 'ENOTFOUND'].includes(
    ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code ?? '',
  )
