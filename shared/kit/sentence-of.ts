/** What an error says to a person: its message, which ends as a sentence does. */
export function sentenceOf(error: unknown): string {
  const said = error instanceof Error && error.message !== '' ? error.message : String(error)
  return /[.!?]$/.test(said) ? said : `${said}.`
}
