import type { ContainerUpClose, EngineHands } from '../../adapters/docker/hands/engine-hands.ts'
import type { OperationSite } from '../ops.ts'
import { readNote, writeNote } from '../step-note.ts'
import { type OpenHands, withEngine } from './with-engine.ts'

type Restarts = {
  endpoint: string
  engineId: string
  restarts: readonly { project: string; service: string }[]
}

/** By name, which start each container lived on when it was first looked at. */
type Noted = Readonly<Record<string, string>>

const usualGraceSeconds = 10
/** Of a container that was cut off between its end and its start. */
const down = ''

const isUp = ({ state }: ContainerUpClose) => state === 'running' || state === 'restarting'

/**
 * Restarts what ran of some services when this was first called, each once, however often it is
 * called again: their starts are told apart by the engine's own stamps. Those that `also` names,
 * another such note, are started if they are down.
 */
export async function restartNoted(
  open: OpenHands,
  step: Restarts,
  site: OperationSite,
  note: string,
  also?: string,
): Promise<void> {
  const { signal } = site
  if (step.restarts.length === 0) return
  await withEngine(open, step, signal, async (hands) => {
    const all = await containersOf(hands, step, signal)
    const before = also === undefined ? {} : ((await notedAs(site, also)) ?? {})
    const starts = all.flatMap((one) => {
      if (isUp(one)) return [[one.name, one.startedStamp]]
      return Object.hasOwn(before, one.name) ? [[one.name, down]] : []
    })
    await writeNote(site, note, { starts: JSON.stringify(Object.fromEntries(starts)) })
    const noted = (await notedAs(site, note)) ?? {}
    for (const one of all.filter(({ name }) => Object.hasOwn(noted, name))) {
      if (isUp(one) && one.startedStamp !== noted[one.name]) continue
      if (isUp(one)) await hands.stop(one.id, one.stopTimeoutSeconds ?? usualGraceSeconds, signal)
      await hands.start(one.id, signal)
    }
  })
}

/** What has not been restarted that was to be, in a sentence. */
export async function restartProblem(
  open: OpenHands,
  step: Restarts,
  site: OperationSite,
  note: string,
): Promise<string | undefined> {
  if (step.restarts.length === 0) return undefined
  const noted = await notedAs(site, note)
  if (noted === undefined) return 'What has these files open has not been restarted yet.'
  return withEngine(open, step, site.signal, async (hands) => {
    const all = await containersOf(hands, step, site.signal)
    const old = all.find(({ name, startedStamp }) => noted[name] === startedStamp)
    return old && `${old.name} has not been restarted, so that it may hold on to what was there.`
  })
}

async function notedAs(site: OperationSite, note: string): Promise<Noted | undefined> {
  const starts = (await readNote(site, note))?.['starts']
  return typeof starts === 'string' ? JSON.parse(starts) : undefined
}

async function containersOf(
  hands: EngineHands,
  { restarts }: Restarts,
  signal: AbortSignal,
): Promise<ContainerUpClose[]> {
  const all: ContainerUpClose[] = []
  for (const { project, service } of restarts) {
    all.push(...(await hands.containersOf(project, service, signal)))
  }
  return all
}
