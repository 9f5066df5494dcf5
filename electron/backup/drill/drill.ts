import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { shortId } from '../../../shared/domain/short-id.ts'
import type { SnapshotComponent, SnapshotEntry } from '../../../shared/domain/snapshot.ts'
import type { Stack } from '../../../shared/domain/stack.ts'
import { sentenceOf } from '../../../shared/kit/sentence-of.ts'
import { withoutStop } from '../../../shared/kit/without-stop.ts'
import { newestWhole } from '../../../shared/plan/whole-snapshot.ts'
import { TurnTaken, takeTurnIn } from '../../adapters/disk/turns.ts'
import { FilesDamaged } from '../repository/read-files.ts'
import { type Repository, RepositoryBusy } from '../repository/repository.ts'
import { asDuration, counted } from '../run/say.ts'
import type { CarryOut, OrderEnd, OrderSite } from '../run/site.ts'
import type { PendingCleanups } from '../sources/engine/pending-cleanups.ts'
import { bringBack, readBack } from './bring-back.ts'
import { type DrillEngine, type DrillSite, filesOf, type Proof, proof } from './drill-site.ts'
import { proveConfiguration } from './prove-configuration.ts'
import { grafanaDatabaseIn, proveGrafana } from './prove-grafana.ts'
import { provePrometheus } from './prove-prometheus.ts'

export type DrillParts = {
  /** Of this context, or of the stack's home. Rejects with a sentence where it does not answer. */
  openEngine: (
    stack: Stack,
    context: string | undefined,
    signal: AbortSignal,
  ) => Promise<DrillEngine>
  pending: PendingCleanups
  /** Takes down what an earlier drill did not live to take down. */
  settle: (signal: AbortSignal) => Promise<unknown>
  /** Where a drill may put what it looks at here; of this user alone. */
  directory: string
  now: () => number
}

/**
 * Restores a snapshot beside everything else, starts what can be started on it, and takes it all
 * down again, whatever happens. What it makes carries its id; nothing else is touched.
 */
export const drill =
  (parts: DrillParts): CarryOut<'drill'> =>
  async (order, site) => {
    const { stack, snapshot, context = stack.backup?.drill?.context } = order
    const { repository, say, signal } = site
    const entry = await theSnapshot(repository, stack, snapshot)
    say({ phase: 'preparing', what: `Snapshot ${shortId(entry.id)}` })
    await using _turn = await theTurn(parts.directory)
    await parts.settle(signal)
    const files = await repository.files(entry.id)
    const engine = await parts.openEngine(stack, context, signal)
    const id = randomUUID()
    const directory = join(parts.directory, id)
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 })
      const note = await parts.pending.note(engine.noted, { kind: 'remove-drill', drill: id })
      const began = performance.now()
      const onRead = counting(site, entry)
      const held = { ...site, id, entry, files, engine, directory, onRead }
      let found: Found | undefined
      let left: string | undefined
      try {
        found = await hold(held)
      } finally {
        // Not to be broken off: what is left here is left on an engine that people use.
        left = await takenDown(engine, id, found !== undefined).then(
          () => note.done().then(() => undefined),
          (error) => sentenceOf(error),
        )
      }
      const end = await endOf(found, { ...held, tookMs: found.doneAt - began, now: parts.now() })
      if (left === undefined) return end
      const next = `Something of the drill is still on ${engine.hands.endpoint}: ${withoutStop(left)}. It is removed with the next backup or drill.`
      return { ...end, problems: [...end.problems, next] }
    } finally {
      engine.close()
      await rm(directory, { recursive: true, force: true }).catch(() => {})
    }
  }

/** What was cut off may still be made by the engine a moment later. */
async function takenDown({ scratch }: DrillEngine, id: string, isWhole: boolean): Promise<void> {
  await scratch.removeAll(id)
  if (isWhole) return
  await pause(afterthoughtMs)
  await scratch.removeAll(id)
}
const afterthoughtMs = 1_000

/** One drill at a time on this machine; what one that was killed has left here goes. */
async function theTurn(directory: string): Promise<AsyncDisposable> {
  try {
    const turn = await takeTurnIn(join(directory, 'turns'), 'drill')
    for (const name of await readdir(directory)) {
      if (name !== 'turns') await rm(join(directory, name), { recursive: true, force: true })
    }
    return { [Symbol.asyncDispose]: () => turn.over() }
  } catch (error) {
    if (!(error instanceof TurnTaken)) throw error
    throw new RepositoryBusy(
      `Process ${error.holder.pid} holds a drill; try again when it has ended.`,
    )
  }
}

/** The one that is named, or the newest that was verified and has data in it. */
async function theSnapshot(
  repository: Repository,
  { name }: Stack,
  asked: string | undefined,
): Promise<SnapshotEntry> {
  if (asked !== undefined) return repository.find(asked)
  const newest = newestWhole((await repository.snapshots()).sound, name)
  if (newest) return newest
  throw new Error(
    `No whole snapshot of ${name} was found right when it was last read; verify them first.`,
  )
}

const isData = ({ kind }: SnapshotComponent): boolean =>
  kind === 'prometheus' || kind === 'volume' || kind === 'loki'

/** Files and bytes over all parts. */
function counting({ say }: OrderSite, { manifest }: SnapshotEntry): (bytes: number) => void {
  let files = 0
  let bytes = 0
  const totalBytes = manifest.sizeBytes
  say({ files, bytes, totalBytes })
  return (more) => {
    files += 1
    bytes += more
    say({ files, bytes, totalBytes })
  }
}

type Found = Proof & { isDamaged: boolean; doneAt: number }

/** One part after the other, so that the engine has to have room for the largest alone. */
async function hold(site: DrillSite): Promise<Found> {
  const { entry, signal, engine, id } = site
  const { components } = entry.manifest
  const order = [...components.filter((one) => !isData(one)), ...components.filter(isData)]
  const proofs: Proof[] = []
  let volumes = 0
  let isDamaged = false
  let doneAt = performance.now()
  const steps: (() => Promise<Proof>)[] = [
    ...order.map((component, index) => () => prove(component, index)),
    () => proveConfiguration(site),
  ]
  for (const step of steps) {
    signal.throwIfAborted()
    try {
      proofs.push(await step())
    } catch (error) {
      signal.throwIfAborted()
      isDamaged ||= error instanceof FilesDamaged
      proofs.push(proof({ broken: [sentenceOf(error)] }))
    }
    doneAt = performance.now()
    await engine.scratch.removeAll(id, signal)
  }
  const all = (of: keyof Proof) => proofs.flatMap((one) => one[of])
  const whole = volumes > 0 ? [`${counted(volumes, 'volume')} came back whole`] : []
  const held = [...all('held'), ...whole]
  return { held, broken: all('broken'), unproven: all('unproven'), isDamaged, doneAt }

  async function prove(component: SnapshotComponent, index: number): Promise<Proof> {
    if (component.kind === 'prometheus') return provePrometheus(site, component)
    if (!isData(component)) {
      await readBack(site, component)
      return proof({})
    }
    await bringBack(site, component, `part-${index}`)
    volumes += 1
    return grafanaDatabaseIn(filesOf(site, component)) ? proveGrafana(site, component) : proof({})
  }
}

async function endOf(
  found: Found,
  { entry, repository, say, signal, tookMs, now }: DrillSite & { tookMs: number; now: number },
): Promise<OrderEnd> {
  const snapshot = entry.id
  const name = `Snapshot ${shortId(entry.id)}`
  if (found.isDamaged) {
    // Marks exactly what is lost, so that it is told and nobody relies on it.
    say({ phase: 'verifying', what: name, files: 0, bytes: 0 })
    await repository.verify(entry.id, signal, ({ files, bytes }) => say({ files, bytes }))
    const sentence = `${name} is damaged, so it is not restorable as a whole; what is sound in it is.`
    return { outcome: 'damaged', sentence, problems: [...found.broken], snapshot }
  }
  const [first] = found.broken
  if (first !== undefined) {
    const sentence = `${name} did not prove restorable: ${withoutStop(first)}.`
    return { outcome: 'failed', sentence, problems: [...found.broken, ...found.unproven], snapshot }
  }
  const recoverMilliseconds = Math.round(tookMs)
  await repository.mark(entry.id, { provenAt: new Date(now).toISOString(), recoverMilliseconds })
  const held = found.held.length > 0 ? found.held.join(', ') : 'every file came back whole'
  return {
    outcome: 'done',
    sentence: `${name} is restorable: ${held}; ${asDuration(recoverMilliseconds)} in all.`,
    problems: [...found.unproven],
    snapshot,
  }
}
