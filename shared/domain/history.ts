import type { ContextSource } from './docker-context.ts'
import type { EngineKind } from './engine.ts'

/** A context that was current: enough to say what changed, from what, and when. */
export type ContextMoment = {
  name: string
  endpoint: string
  source: ContextSource
  since: number
}

/** Whether an endpoint answered, and since when it has been so. */
export type EngineMoment = {
  answers: boolean
  since: number
  /** When it last went from answering to not answering; stays when it answers again. */
  stoppedAt?: number
  engineId?: string
  kind?: EngineKind
}

/**
 * What a single look cannot tell: the value before this one, and since when.
 * Derived from consecutive observed states, kept across restarts.
 */
export type History = {
  current?: ContextMoment
  previous?: ContextMoment
  /** The last change of context happened while nobody was looking. */
  changedWhileAway: boolean
  engines: Readonly<Record<string, EngineMoment>>
  /** Epoch milliseconds of the newest observed state in here. */
  seenAt: number
}

export const emptyHistory: History = { changedWhileAway: false, engines: {}, seenAt: 0 }
