import { type Turn, TurnTaken, takeTurnIn } from '../../adapters/disk/turns.ts'

type OneSpeakerParts = {
  /** Shared by all processes of this user. */
  directory: string
  /** Begins to speak; what it returns ends that. */
  begin: () => () => Promise<void>
  /** Who speaks, where it is not we alone; and what is wrong. */
  say: (sentence: string) => void
  /** How often whoever is silent looks whether the speaker is still there. */
  everyMs?: number
}

/**
 * The app and `watch` may both run, and others are to be told once. The first of them forwards;
 * when it has ended, however it ended, another takes over. Resolves when nothing is said any more.
 */
export function oneSpeaker(parts: OneSpeakerParts): () => Promise<void> {
  const { directory, begin, say, everyMs = 5_000 } = parts
  let stopped = false
  let turn: Turn | undefined
  let end: (() => Promise<void>) | undefined
  let waitsFor: number | undefined
  let timer: NodeJS.Timeout | undefined
  let trying: Promise<void> = Promise.resolve()

  async function attempt(): Promise<void> {
    try {
      turn = await takeTurnIn(directory, 'forwarding incidents')
      if (waitsFor !== undefined) say('Incidents are forwarded by this process now.')
    } catch (error) {
      if (error instanceof TurnTaken) return wait(error.holder.pid)
      // To be told twice is better than never.
      const { message } = error as Error
      say(`Incidents are forwarded without looking who else does: ${message}`)
    }
    if (stopped) return
    try {
      end = begin()
    } catch (error) {
      say((error as Error).message)
    }
  }

  function wait(pid: number): void {
    if (pid !== waitsFor) {
      say(`Incidents are forwarded by process ${pid} already; this one is silent until it ends.`)
    }
    waitsFor = pid
    if (stopped) return
    timer = setTimeout(tryNow, everyMs)
    timer.unref()
  }

  function tryNow(): void {
    trying = attempt()
  }

  tryNow()
  return async () => {
    stopped = true
    clearTimeout(timer)
    await trying
    await end?.()
    await turn?.over()
  }
}
