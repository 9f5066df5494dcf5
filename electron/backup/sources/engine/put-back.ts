import { sentenceOf } from '../../../../shared/kit/sentence-of.ts'
import { withoutStop } from '../../../../shared/kit/without-stop.ts'
import type { OpenedSource } from '../source.ts'

/**
 * Opens a source that changes things for a while. What `open` defers is undone, newest first, when
 * the source is closed, or at once where it cannot be opened.
 */
export async function opening(
  open: (begun: AsyncDisposableStack) => Promise<Omit<OpenedSource, 'close'>>,
): Promise<OpenedSource> {
  const begun = new AsyncDisposableStack()
  try {
    return { ...(await open(begun)), close: () => putBack(begun) }
  } catch (error) {
    const also = await putBack(begun).then(
      () => undefined,
      (failure: Error) => failure,
    )
    if (also === undefined) throw error
    throw new Error(oneText([...sentencesOf(error), ...sentencesOf(also)]), { cause: error })
  }
}

/** Rejects with a sentence for each thing that could not be undone. */
async function putBack(begun: AsyncDisposableStack): Promise<void> {
  try {
    await begun.disposeAsync()
  } catch (error) {
    throw new Error(oneText(sentencesOf(error)), { cause: error })
  }
}

const oneText = (sentences: readonly string[]): string =>
  [...new Set(sentences.map((sentence) => `${withoutStop(sentence)}.`))].join(' ')

/** Where several fail, each failure holds the one before it. */
function sentencesOf(error: unknown): string[] {
  if (error instanceof SuppressedError)
    return [...sentencesOf(error.suppressed), ...sentencesOf(error.error)]
  return [sentenceOf(error)]
}
