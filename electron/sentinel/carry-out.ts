import type { Intent } from '../../shared/domain/intent.ts'
import { sentenceOf } from '../../shared/kit/sentence-of.ts'
import type { Sentinel } from './surface.ts'

/** How a deed ended that was asked for by one click; `sentence` is for the person who clicked. */
export type Outcome = { kind: 'done' | 'refused' | 'failed'; sentence: string }

/** Proposes and carries out at once, for a tray item or a button: the click is the yes. */
export async function carryOut(
  sentinel: Sentinel,
  stack: string,
  intent: Intent,
): Promise<Outcome> {
  try {
    const proposal = await sentinel.propose(stack, intent)
    if (proposal.kind === 'refusal') {
      return { kind: 'refused', sentence: `${proposal.sentence} ${proposal.nextStep}` }
    }
    const operation = await sentinel.execute(proposal.hash)
    return { kind: operation.outcome === 'done' ? 'done' : 'failed', sentence: operation.sentence }
  } catch (error) {
    return { kind: 'failed', sentence: sentenceOf(error) }
  }
}
