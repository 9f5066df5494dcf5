import type { Situation } from '../../../shared/assess/situation.ts'
import { sentenceOf } from '../../../shared/kit/sentence-of.ts'
import { withoutStop } from '../../../shared/kit/without-stop.ts'
import type { RecoverIntent } from '../../../shared/plan/recover.ts'
import {
  type CarriedSamples,
  type Judged,
  planSamples,
  type Recorder,
  recordersAway,
  stoppedAt,
} from '../../../shared/plan/samples.ts'
import type { CarriedAt } from '../../act/carried-at.ts'
import { askingPrograms } from '../../act/ops/samples/ask-inside.ts'
import { storeOf } from '../../act/ops/samples/sample-store.ts'
import { type OpenHands, withEngine } from '../../act/ops/with-engine.ts'

const patienceMs = 20_000
/** Prometheus keeps samples for so long unless it is told otherwise (its documentation, 2.x and 3.x). */
const keptForMs = 15 * 24 * 3600 * 1000

/**
 * What every Prometheus that records elsewhere needs to be carried home; only looks. One that had
 * stopped before counts as well, until it has been carried.
 */
export function samplesOf(open: OpenHands, carriedAt: CarriedAt) {
  return async (
    { observed, stack, now }: Situation,
    intent: RecoverIntent,
  ): Promise<CarriedSamples> => {
    const recorders = await notCarried(recordersAway(observed, stack), carriedAt)
    const judged = recorders.map(async (recorder): Promise<Judged> => {
      if (intent.withoutSamples === true) return { recorder, why: 'this is what was asked for' }
      if (now - (stoppedAt(recorder) ?? now) > keptForMs) {
        return { recorder, why: 'it stopped more than 15 days ago, longer than one usually keeps' }
      }
      return { recorder, why: await whyNot(open, recorder) }
    })
    return planSamples(stack, await Promise.all(judged))
  }
}

async function notCarried(
  recorders: readonly Recorder[],
  carriedAt: CarriedAt,
): Promise<readonly Recorder[]> {
  if (recorders.every((one) => stoppedAt(one) === undefined)) return recorders
  const carried = await carriedAt()
  return recorders.filter((one) => {
    const at = carried.get(one.container.id)
    return at === undefined || (stoppedAt(one) ?? Number.POSITIVE_INFINITY) > at
  })
}

/** The end of a sentence; undefined where they can be carried. */
async function whyNot(
  open: OpenHands,
  { sight, engineId, container }: Recorder,
): Promise<string | undefined> {
  const signal = AbortSignal.timeout(patienceMs)
  try {
    return await withEngine(open, { endpoint: sight.endpoint, engineId }, signal, async (hands) => {
      const found = await hands.container(container.id, signal)
      if (!found) return `${container.name} is gone`
      storeOf(found)
      for (const program of askingPrograms) {
        if (await hands.statPath(found.id, program, signal)) return undefined
      }
      return 'its image has neither wget nor curl, so its Prometheus cannot be asked'
    })
  } catch (error) {
    return withoutStop(sentenceOf(error))
  }
}
