import { z } from 'zod'
import { contextSources, type DockerContexts } from '../domain/docker-context.ts'
import { type EngineSight, engineKinds } from '../domain/engine.ts'
import type { ContextMoment, EngineMoment, History } from '../domain/history.ts'
import type { ObservedState } from '../domain/observed-state.ts'
import { isDown } from '../domain/whereabouts.ts'

/**
 * The history after one more look. Unknown readings change nothing: not to have seen is no event.
 * `firstLook` is for the first look after a start: what differs then changed while nobody looked.
 */
export function remember(
  history: History,
  observed: ObservedState,
  now: number,
  options: { firstLook: boolean } = { firstLook: false },
): History {
  return {
    ...history,
    ...rememberContext(history, observed, now, options.firstLook),
    engines: rememberEngines(history, observed, now),
    seenAt: now,
  }
}

function rememberContext(
  history: History,
  observed: ObservedState,
  now: number,
  firstLook: boolean,
): Partial<History> {
  if (observed.contexts.status === 'unknown') return {}
  const contexts = observed.contexts.value
  const { name, endpoint, source } = contexts.current
  const before = history.current
  if (before === undefined) return { current: { name, endpoint, source, since: now } }
  if (before.name === name && before.endpoint === endpoint)
    return { current: { ...before, source } }
  const since = firstLook ? changedAt(contexts, history.seenAt, now) : now
  return {
    previous: before,
    current: { name, endpoint, source, since },
    changedWhileAway: firstLook,
  }
}

/** The file's own word for when it happened, unless it was written outside the time in question. */
function changedAt({ configFile }: DockerContexts, seenAt: number, now: number): number {
  const { modifiedAt } = configFile
  return modifiedAt !== undefined && modifiedAt >= seenAt && modifiedAt <= now ? modifiedAt : now
}

function rememberEngines(
  history: History,
  observed: ObservedState,
  now: number,
): Record<string, EngineMoment> {
  const engines: Record<string, EngineMoment> = { ...history.engines }
  for (const sight of observed.engines) {
    const moment = momentOf(sight, engines[sight.endpoint], now)
    if (moment) engines[sight.endpoint] = moment
  }
  return engines
}

function momentOf(
  { engine }: EngineSight,
  before: EngineMoment | undefined,
  now: number,
): EngineMoment | undefined {
  if (engine.status === 'unknown' && !isDown(engine)) return before
  const answers = engine.status === 'known'
  const since = before?.answers === answers ? before.since : now
  const stopped = before?.answers === true && !answers ? { stoppedAt: now } : {}
  const seen = answers ? { engineId: engine.value.id, kind: engine.value.kind } : {}
  return { ...before, ...seen, ...stopped, answers, since }
}

const contextMomentSchema: z.ZodType<ContextMoment> = z.object({
  name: z.string(),
  endpoint: z.string(),
  source: z.enum(contextSources),
  since: z.number(),
})

const engineMomentSchema = z.object({
  answers: z.boolean(),
  since: z.number(),
  stoppedAt: z.number().exactOptional(),
  engineId: z.string().exactOptional(),
  kind: z.enum(engineKinds).exactOptional(),
})

/** For reading a history back from disk; what a newer version added is left out, not refused. */
export const historySchema: z.ZodType<History> = z.object({
  current: contextMomentSchema.exactOptional(),
  previous: contextMomentSchema.exactOptional(),
  changedWhileAway: z.boolean(),
  engines: z.record(z.string(), engineMomentSchema),
  seenAt: z.number(),
})
