import { withoutStop } from './without-stop.ts'

/** What a sentence says more than its start, which has been said already; empty if nothing. */
export function withoutStart(sentence: string, start: string): string {
  const said = withoutStop(start)
  const rest = sentence.startsWith(said) ? sentence.slice(said.length) : sentence
  const more = rest.replace(/^[\s.:;,]+/, '')
  return more.charAt(0).toUpperCase() + more.slice(1)
}
