import type { Stack } from '../../shared/domain/stack.ts'
import type { StatusView } from '../../shared/ipc/status.ts'

export type Countdown = { stack: string; deadline: number }

type StayHomeParts = {
  now: () => number
  /** Somebody works with compose right now, or another process carries out a plan. */
  handsOff: () => Promise<boolean>
  /** Carries out the switch back. Resolves when it is over; rejects when it cannot be begun. */
  switchBack: (stack: string) => Promise<void>
  /** It could not be begun: for a person to look at. */
  failed: (stack: string, sentence: string) => void
  /** One of our own plans is being carried out. */
  busy: () => boolean
  /** The countdown began, moved or ended. */
  changed: (countdown: Countdown | null) => void
}

type StayHomeWatch = {
  /** Called after every verdict. `quiet`: the incident is snoozed or the user is moving. */
  consider(stack: Stack, status: StatusView, quiet: boolean): void
  /** The user wants it to stay as it is; holds until the context is home again. */
  cancel(): void
  /** This stack is not guarded any more. */
  leave(stack: string): void
  stop(): void
}

/** While compose is running, ask again after this long. */
const retryMs = 2_000

/**
 * Switches back by itself after a countdown that everybody can see. Only for a context
 * that was switched, only where the stack file asks for it.
 */
export function stayHome(parts: StayHomeParts): StayHomeWatch {
  let countdown: Countdown | null = null
  let timer: NodeJS.Timeout | undefined
  const given = new Set<string>()

  function end(): void {
    clearTimeout(timer)
    timer = undefined
    if (!countdown) return
    countdown = null
    parts.changed(null)
  }

  function begin(stack: string, milliseconds: number): void {
    clearTimeout(timer)
    countdown = { stack, deadline: parts.now() + milliseconds }
    timer = setTimeout(() => void due(stack), milliseconds)
    parts.changed(countdown)
  }

  async function due(stack: string): Promise<void> {
    if (parts.busy() || (await mustWait())) {
      if (countdown?.stack === stack) begin(stack, retryMs)
      return
    }
    if (countdown?.stack !== stack) return
    // One try for each time the context leaves: a switch that fails is for a person to look at.
    given.add(stack)
    end()
    try {
      await parts.switchBack(stack)
    } catch (error) {
      parts.failed(stack, `Stay home could not switch back: ${(error as Error).message}`)
    }
  }

  /** Who cannot be sure that nobody works with compose keeps the hands off. */
  const mustWait = (): Promise<boolean> => parts.handsOff().catch(() => true)

  return {
    consider(stack, status, quiet) {
      const away = status.incidents.some(
        (incident) =>
          incident.status === 'firing' &&
          incident.cause === 'CONTEXT_SWITCHED' &&
          incident.remedy.kind === 'plan',
      )
      if (!away) given.delete(stack.name)
      const wanted = away && stack.stayHome.enabled && !quiet && !given.has(stack.name)
      if (wanted && !countdown) begin(stack.name, stack.stayHome.countdownSeconds * 1000)
      if (!wanted && countdown?.stack === stack.name) end()
    },
    cancel() {
      if (countdown) given.add(countdown.stack)
      end()
    },
    leave(stack) {
      given.delete(stack)
      if (countdown?.stack === stack) end()
    },
    stop() {
      clearTimeout(timer)
    },
  }
}
