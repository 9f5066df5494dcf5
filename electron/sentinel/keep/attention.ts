import { join } from 'node:path'
import { z } from 'zod'
import { stateFile } from './state-file.ts'

type SnoozeUntil = '1h' | 'tomorrow' | 'off'

/** Whom not to disturb, and until when. Survives a restart; times are epoch milliseconds. */
export interface Attention {
  /**
   * Undefined when the incident may disturb. An id holds the moment when the incident was first
   * seen, which is another one after a restart: a snooze from before belongs to the first
   * incident about the same matter.
   */
  snoozedUntil(incident: string, now: number): number | undefined
  /** In force at once; rejects when it could not be written and so ends with this process. */
  snooze(incident: string, until: SnoozeUntil, now: number): Promise<void>
  /** The end of "I am moving", while that lasts. */
  movingUntil(now: number): number | undefined
  /** Begins "I am moving" anew; 0 hours end it. */
  move(hours: number, now: number): Promise<void>
}

const remembered = z.strictObject({
  version: z.literal(1),
  snoozed: z.record(z.string(), z.iso.datetime()),
  movingUntil: z.iso.datetime().nullable(),
})
type Remembered = z.infer<typeof remembered>

const nothing: Remembered = { version: 1, snoozed: {}, movingUntil: null }

const hour = 60 * 60 * 1000

type AttentionParts = {
  stateDirectory: string
  now: number
  /** The file made no sense: it was kept there, and everything may disturb again. */
  onSetAside?: (path: string) => void
}

export async function openAttention(parts: AttentionParts): Promise<Attention> {
  const file = stateFile(join(parts.stateDirectory, 'attention.json'), remembered, nothing)
  let state = await load(parts.now)
  const fromBefore = new Map(Object.keys(state.snoozed).map((id) => [matterOf(id), id]))

  /** A file that cannot be read silences nobody. */
  async function load(now: number): Promise<Remembered> {
    try {
      const { value, setAside } = await file.load(now)
      if (setAside !== undefined) parts.onSetAside?.(setAside)
      return value
    } catch {
      return nothing
    }
  }

  async function change(now: number, next: (before: Remembered) => Remembered): Promise<void> {
    state = withoutPast(next(state), now)
    await file.save(state)
  }

  function takeOver(incident: string): void {
    const matter = matterOf(incident)
    const id = fromBefore.get(matter)
    if (id === undefined || incident in state.snoozed) return
    fromBefore.delete(matter)
    const { [id]: until, ...others } = state.snoozed
    if (until !== undefined) state = { ...state, snoozed: { ...others, [incident]: until } }
  }

  return {
    snoozedUntil(incident, now) {
      takeOver(incident)
      return future(state.snoozed[incident], now)
    },
    movingUntil: (now) => future(state.movingUntil, now),
    async snooze(incident, until, now) {
      const { [incident]: _ended, ...others } = state.snoozed
      const end = until === 'off' ? undefined : snoozeEnd(until, now)
      const snoozed =
        end === undefined ? others : { ...others, [incident]: new Date(end).toISOString() }
      await change(now, (before) => ({ ...before, snoozed }))
    },
    async move(hours, now) {
      const movingUntil = hours > 0 ? new Date(now + hours * hour).toISOString() : null
      await change(now, (before) => ({ ...before, movingUntil }))
    },
  }
}

/** The finding at the root, without the moment. */
const matterOf = (incident: string): string => incident.replace(/#\d+$/, '')

/** "Tomorrow" is the next eight o'clock of this machine's clock, also after midnight. */
export function snoozeEnd(until: '1h' | 'tomorrow', now: number): number {
  if (until === '1h') return now + hour
  const morning = new Date(now)
  morning.setHours(8, 0, 0, 0)
  // By date and not by 24 hours, so that it stays eight when the clocks change.
  if (morning.getTime() <= now) morning.setDate(morning.getDate() + 1)
  return morning.getTime()
}

function future(time: string | null | undefined, now: number): number | undefined {
  if (time === null || time === undefined) return undefined
  const at = Date.parse(time)
  return at > now ? at : undefined
}

function withoutPast({ snoozed, movingUntil }: Remembered, now: number): Remembered {
  const lasting = Object.entries(snoozed).filter(([, until]) => future(until, now) !== undefined)
  return {
    version: 1,
    snoozed: Object.fromEntries(lasting),
    movingUntil: future(movingUntil, now) === undefined ? null : movingUntil,
  }
}
