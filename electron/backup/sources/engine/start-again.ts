import type { ContainerUpClose, EngineHands } from '../../../adapters/docker/hands/engine-hands.ts'
import { nameOf } from './engine-parts.ts'
import type { PendingOf } from './pending-cleanups.ts'

/** Clocks are read a moment before the engine stops a container, and a moment after. */
const slackMs = 15_000

/**
 * Starts what we had stopped, and nothing else: not what runs again, nor what somebody has started
 * and stopped since, nor what is gone. Says what was done; rejects when it cannot be started.
 */
export async function startAgain(
  hands: EngineHands,
  stopped: PendingOf<'start-container'>,
  signal?: AbortSignal,
): Promise<string> {
  const { id, project, service, number } = stopped.container
  const name = nameOf(stopped.container)
  const start = async (container: ContainerUpClose): Promise<string> => {
    await hands.start(container.id, signal)
    return `${name} was started again.`
  }
  const same = await hands.container(id, signal)
  if (same) {
    if (isUp(same)) return `${name} is running again.`
    const why = whyNotOurs(same, stopped)
    return why === undefined ? start(same) : `${name} was left as it is: ${why}.`
  }
  if (project === '' || service === '') return `${name} is gone, so it was not started again.`
  // Compose gives a service a new container when its file was changed.
  const others = (await hands.containersOf(project, service, signal)).filter(
    (one) => one.number === number && !one.oneOff,
  )
  if (others.some(isUp)) return `${name} is running again, in a new container.`
  const [fresh] = others.filter(({ state }) => state === 'created')
  if (fresh) return start(fresh)
  return others.length > 0
    ? `${name} was left as it is: somebody has made it anew and stopped it.`
    : `${name} is gone, so it was not started again.`
}

const isUp = ({ state }: ContainerUpClose): boolean =>
  state === 'running' || state === 'restarting' || state === 'paused'

function whyNotOurs(
  now: ContainerUpClose,
  { startedStamp, finishedStamp, engineNow, graceSeconds }: PendingOf<'start-container'>,
): string | undefined {
  if (now.startedStamp !== startedStamp) return 'somebody has started and stopped it since'
  if (finishedStamp !== undefined)
    return now.finishedStamp === finishedStamp ? undefined : 'it did not end when we stopped it'
  // We did not live to see it end, so it was us only if it ended about when we asked.
  const finishedAt = now.finishedAt ?? 0
  const isOurs =
    finishedAt >= engineNow - slackMs && finishedAt <= engineNow + graceSeconds * 1000 + slackMs
  return isOurs ? undefined : 'it did not end when we stopped it'
}
