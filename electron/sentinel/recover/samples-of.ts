import type { Situation } from '../../../shared/assess/situation.ts'
import { withoutStop } from '../../../shared/kit/without-stop.ts'
import type { RecoverIntent } from '../../../shared/plan/recover.ts'
import {
  type CarriedSamples,
  type Judged,
  planSamples,
  type Recorder,
  recordersAway,
} from '../../../shared/plan/samples.ts'
import { askingPrograms } from '../../act/ops/samples/ask-inside.ts'
import { storeOf } from '../../act/ops/samples/sample-store.ts'
import { type OpenHands, withEngine } from '../../act/ops/with-engine.ts'

const patienceMs = 20_000

/** What every Prometheus that records elsewhere needs to be carried home; only looks. */
export function samplesOf(open: OpenHands) {
  return async ({ observed, stack }: Situation, intent: RecoverIntent): Promise<CarriedSamples> => {
    const recorders = recordersAway(observed, stack)
    const judged = recorders.map(async (recorder): Promise<Judged> => {
      if (intent.withoutSamples === true) return { recorder, why: 'this is what was asked for' }
      return { recorder, why: await whyNot(open, recorder) }
    })
    return planSamples(stack, await Promise.all(judged))
  }
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
    return withoutStop(error instanceof Error ? error.message : String(error))
  }
}
