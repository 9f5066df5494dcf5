/** A sentence made fit to stand inside a longer one. */
export const withoutStop = (sentence: string): string => sentence.replace(/\.$/, '')
