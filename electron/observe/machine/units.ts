import type { Unit } from '../../../shared/domain/unit.ts'
import { stackUnitPatterns } from '../../../shared/stack/unit-patterns.ts'
import type { SystemdUnits } from '../../adapters/systemd/systemd-units.ts'
import { type Watcher, watcher } from '../watcher.ts'

const desktopUnit = 'docker-desktop.service'

type UnitWatcherParts = {
  system: SystemdUnits
  /** The user's own systemd; where it has none, there are no such units. */
  user?: SystemdUnits
  patterns?: readonly string[]
  everyMs?: number
  now?: () => number
}

/** One change makes several signals within a few milliseconds. */
const settleMs = 50

/**
 * Keeps the service units of the stack in view, by the signals of systemd alone. Where systemd
 * cannot be asked it is unknown, told once and asked again rarely.
 */
export function unitWatcher(parts: UnitWatcherParts): Watcher<readonly Unit[]> {
  const { system, user, patterns = stackUnitPatterns } = parts
  const ofUser = [desktopUnit, ...patterns]
  return watcher<readonly Unit[]>({
    source: 'the systemd units of the stack',
    async look(signal) {
      const [ofSystem, own] = await Promise.all([
        system.list(patterns, signal),
        user?.list(ofUser, signal).catch(noneOrThrow) ?? [],
      ])
      return [...ofSystem, ...own]
    },
    hints(again) {
      system.subscribe(patterns, again)
      user?.subscribe(ofUser, again)
      return () => {
        system.close()
        user?.close()
      }
    },
    settleMs,
    everyMs: parts.everyMs ?? 300_000,
    ...(parts.now && { now: parts.now }),
  })
}

/** A session without a systemd of its own is an answer; one that does not answer is none. */
function noneOrThrow(error: unknown): Unit[] {
  if ((error as { code?: unknown }).code === 'not-found') return []
  throw error
}
