import { withoutStop } from '../../../../shared/kit/without-stop.ts'

/** Undoes everything that was begun, newest first, and says all that could not be undone. */
export async function putBack(begun: AsyncDisposableStack): Promise<void> {
  try {
    await begun.disposeAsync()
  } catch (error) {
    const said = sentencesOf(error).map((sentence) => `${withoutStop(sentence)}.`)
    throw new Error(said.join(' '), { cause: error })
  }
}

/** Where several fail, each failure holds the one before it. */
function sentencesOf(error: unknown): string[] {
  if (error instanceof SuppressedError)
    return [...sentencesOf(error.suppressed), ...sentencesOf(error.error)]
  return [error instanceof Error ? error.message : String(error)]
}
