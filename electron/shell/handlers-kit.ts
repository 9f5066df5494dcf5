import type { Channel, Params, Reply } from '../../shared/ipc/contract.ts'
import { sentenceOf } from '../../shared/kit/sentence-of.ts'

/** One for each channel of the contract: a channel without a handler does not compile. */
export type Handlers = { [C in Channel]: (params: Params<C>) => Promise<Reply<C>> }

/** What the window is told of a deed: nothing, or why it failed. */
export async function attempt(deed: () => unknown): Promise<{ problem: string | null }> {
  try {
    await deed()
    return { problem: null }
  } catch (error) {
    return { problem: sentenceOf(error) }
  }
}
