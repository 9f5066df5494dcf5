import { setTimeout as delay } from 'node:timers/promises'
import { withoutStop } from '../../../shared/kit/without-stop.ts'
import type { Message, Messenger } from '../../adapters/forward/messenger.ts'
import { HttpFailure } from '../../adapters/http/http-failure.ts'
import type { Lane } from './forward-lane.ts'

/** What waits beyond these is too old to be news. */
const mostWaiting = 100
/** What is being said while we stop may be finished. */
const lastWordsMs = 2_000

type MessageLaneParts = {
  messenger: Messenger
  retryAfterMs: readonly number[]
  onProblem: (sentence: string) => void
}

/** One message after the other, so that an end never overtakes its beginning. */
export function messageLane({ messenger, retryAfterMs, onProblem }: MessageLaneParts): Lane {
  const queue: Message[] = []
  const closing = new AbortController()
  const ended = new AbortController()
  let working: Promise<void> | undefined
  let fails = false

  async function work(): Promise<void> {
    for (let next = queue[0]; next && !ended.signal.aborted; next = queue[0]) {
      await deliver(next)
      if (queue[0] === next) queue.shift()
    }
  }

  async function deliver(message: Message): Promise<void> {
    for (const waitMs of [0, ...retryAfterMs]) {
      if (waitMs > 0) await pause(waitMs)
      if (waitMs > 0 && closing.signal.aborted) return
      try {
        await messenger.send(message, ended.signal)
        if (fails) onProblem(`Incidents are forwarded again to ${messenger.at}.`)
        fails = false
        return
      } catch (error) {
        if (ended.signal.aborted) return
        sayOnce(error as Error)
        if (error instanceof HttpFailure && error.code === 'invalid') return
      }
    }
  }

  function sayOnce(error: Error): void {
    if (!fails) onProblem(`Incidents cannot be forwarded: ${withoutStop(error.message)}.`)
    fails = true
  }

  const pause = (milliseconds: number) =>
    delay(milliseconds, undefined, { signal: closing.signal, ref: false }).catch(() => {})

  return {
    told(message) {
      if (queue.length >= mostWaiting) queue.splice(1, 1)
      queue.push(message)
      working ??= work().finally(() => {
        working = undefined
      })
    },
    async stop() {
      closing.abort()
      const limit = setTimeout(() => ended.abort(), lastWordsMs)
      await working
      clearTimeout(limit)
    },
  }
}
