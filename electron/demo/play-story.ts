import { setTimeout as pause } from 'node:timers/promises'
import type { StatusView } from '../../shared/ipc/status.ts'
import type { Result } from '../../shared/kit/result.ts'
import { err, ok } from '../../shared/kit/result.ts'
import { sentenceOf } from '../../shared/kit/sentence-of.ts'
import type { Sentinel } from '../sentinel/surface.ts'
import type { DemoWorld } from './demo-world.ts'

/** Where a story is played: the machine, its guard, and a voice. */
export type Stage = {
  world: DemoWorld
  sentinel: Sentinel
  say: (line: string) => void
}

/** Something that must come to be seen. Asked again after every change, until it holds. */
export type Expectation = {
  /** Completes "The demo waited for …". */
  what: string
  holds: (stacks: readonly StatusView[]) => boolean
  withinSeconds: number
}

/** One moment of a story: a pause to read in, a sentence, a deed, and what then comes to be seen. */
export type Beat = {
  name: string
  afterMs: number
  say: string
  /** The command that somebody types, shown as in a terminal. */
  types?: string
  do?: (stage: Stage) => Promise<void> | void
  until?: Expectation
}

/** The beat at which the story came to a halt, and why. */
type Halt = { beat: Beat; problem: string }

/**
 * Plays the beats one after the other. A beat is over when its expectation holds, however long
 * the machine takes for it; `pace` stretches the pauses alone (0: none). Never throws for what
 * happens in the story; a stop by `signal` is a halt too.
 */
export async function playStory(play: {
  world: DemoWorld
  story: readonly Beat[]
  sentinel: Sentinel
  say: (line: string) => void
  pace?: number
  signal?: AbortSignal
}): Promise<Result<void, Halt>> {
  const { world, sentinel, pace = 1, signal = new AbortController().signal } = play
  const say = (line: string) => play.say(`DEMO  ${line}`)
  for (const beat of play.story) {
    try {
      await pause(beat.afterMs * pace, undefined, { signal })
      say(beat.say)
      if (beat.types !== undefined) say(`  $ ${beat.types}`)
      await beat.do?.({ world, sentinel, say })
      if (beat.until) await seen(sentinel, beat.until, signal)
    } catch (error) {
      if (signal.aborted) return err({ beat, problem: 'The demo was stopped.' })
      return err({ beat, problem: sentenceOf(error) })
    }
  }
  return ok(undefined)
}

/** Resolves as soon as it holds. Rejects when its time is over or the signal comes. */
export function seen(
  sentinel: Sentinel,
  expected: Expectation,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const seconds = expected.withinSeconds
    const late = () => end(new Error(`The demo waited ${seconds} s for ${expected.what}, in vain.`))
    const stopped = () => end(new Error('stopped'))
    const limit = setTimeout(late, seconds * 1000)
    const forget = sentinel.onMirror(look)
    signal.addEventListener('abort', stopped, { once: true })

    function end(problem?: Error): void {
      clearTimeout(limit)
      forget()
      signal.removeEventListener('abort', stopped)
      if (problem) reject(problem)
      else resolve()
    }

    function look(): void {
      if (expected.holds(sentinel.mirror().stacks)) end()
    }

    if (signal.aborted) stopped()
    else look()
  })
}
