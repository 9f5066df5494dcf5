import { sentenceOf } from '../../../../shared/kit/sentence-of.ts'
import type { EngineHands } from '../../../adapters/docker/hands/engine-hands.ts'
import type { EngineNoted, PendingCleanups, PendingRecord } from './pending-cleanups.ts'
import { startAgain } from './start-again.ts'
import { deleteTsdbSnapshot } from './tsdb-snapshot.ts'

export type Settled = {
  /** For the person. */
  sentence: string
  /** False: it is tried again with the next call. */
  isDone: boolean
}

/** Hands on the engine that is noted, or undefined when nothing leads there now. */
export type HandsFor = (engine: EngineNoted) => Promise<EngineHands | undefined>

/** Takes down what a drill has left on an engine. Says what it did. */
export type RemoveDrill = (
  engine: EngineNoted,
  drill: string,
  signal: AbortSignal,
) => Promise<string>

const order = ['start-container', 'delete-tsdb-snapshot', 'remove-helper', 'remove-drill'] as const

/**
 * Puts back what earlier runs had changed and did not live to put back. What processes that are
 * still there have noted is theirs. Can be called at any time, and twice.
 */
export async function settlePending(
  pending: PendingCleanups,
  handsFor: HandsFor,
  signal: AbortSignal,
  removeDrill?: RemoveDrill,
): Promise<readonly Settled[]> {
  const { records, broken } = await pending.left()
  const settled: Settled[] = broken.map((path) => ({
    sentence: `${path} makes no sense, so it is not known what it says to put back.`,
    isDone: false,
  }))
  const opened = new Map<string, { hands: EngineHands } | { why: string }>()
  const inOrder = records.toSorted(
    (a, b) => order.indexOf(a.change.kind) - order.indexOf(b.change.kind),
  )
  try {
    for (const record of inOrder) {
      signal.throwIfAborted()
      settled.push(await settle(record))
    }
  } finally {
    for (const one of opened.values()) if ('hands' in one) one.hands.close()
  }
  return settled

  async function settle(record: PendingRecord): Promise<Settled> {
    try {
      const reached = await reach(record.engine)
      if ('why' in reached) return { sentence: reached.why, isDone: false }
      const sentence = await putBack(reached.hands, record)
      await pending.done(record)
      return { sentence, isDone: true }
    } catch (error) {
      return { sentence: sentenceOf(error), isDone: false }
    }
  }

  async function reach(engine: EngineNoted): Promise<{ hands: EngineHands } | { why: string }> {
    const known = opened.get(engine.id)
    if (known) return known
    const found = await open(engine)
    opened.set(engine.id, found)
    return found
  }

  async function open(engine: EngineNoted): Promise<{ hands: EngineHands } | { why: string }> {
    const at = `context ${engine.context} (${engine.endpoint})`
    const hands = await handsFor(engine)
    if (!hands) return { why: `What a backup changed is not put back yet: ${at} leads nowhere.` }
    try {
      const { id } = await hands.identity(signal)
      if (id === engine.id) return { hands }
      hands.close()
      return { why: `What a backup changed is not put back yet: ${at} leads to another engine.` }
    } catch (error) {
      hands.close()
      return { why: `What a backup changed is not put back yet: ${(error as Error).message}` }
    }
  }

  async function putBack(hands: EngineHands, { change, engine }: PendingRecord): Promise<string> {
    switch (change.kind) {
      case 'start-container':
        return startAgain(hands, change, signal)
      case 'delete-tsdb-snapshot':
        return deleteTsdbSnapshot({ hands, pending, engine, mayStop: [] }, change, signal)
      case 'remove-helper': {
        const left = (await hands.helpers(signal)).filter(({ id }) => id === change.helper)
        for (const { containerId } of left) await hands.removeHelper(containerId, signal)
        return left.length > 0 ? 'A helper container was removed.' : 'A helper container is gone.'
      }
      case 'remove-drill':
        if (removeDrill) return removeDrill(engine, change.drill, signal)
        throw new Error('What a drill left on its engine is removed with the next backup or drill.')
    }
  }
}

/** Helpers that no note knows of, because the notes were lost. No backup takes that long. */
const oldHelperMs = 2 * 24 * 3600 * 1000

/** Removes helper containers that nobody can be using any more. Says how many. */
export async function sweepHelpers(hands: EngineHands, signal: AbortSignal): Promise<number> {
  const { now } = await hands.identity(signal)
  const old = (await hands.helpers(signal)).filter(
    // 0: the engine has not said when.
    ({ createdAt }) => createdAt > 0 && createdAt < now - oldHelperMs,
  )
  for (const { containerId } of old) await hands.removeHelper(containerId, signal)
  return old.length
}
