import { braceOpen, isDigit, newline, space, tab } from './latin1.ts'

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const infinite = /^([+-]?)inf(?:inity)?$/i

/**
 * A number as Prometheus reads it: Go's strconv.ParseFloat without hexadecimals and without
 * underscores (textparse.parseFloat, Prometheus 2.53). Absent for everything else, also for what
 * a double cannot hold: there Go reports a range error, and the scrape fails.
 */
export function goNumber(text: string): number | undefined {
  if (decimal.test(text)) {
    const value = Number(text)
    return Number.isFinite(value) ? value : undefined
  }
  const infinity = infinite.exec(text)
  if (infinity) return infinity[1] === '-' ? -Infinity : Infinity
  return text.toLowerCase() === 'nan' ? Number.NaN : undefined
}

export const noNumber = -1

/**
 * Where the number that begins at `from` ends, or `noNumber`. Only a space ends it in OpenMetrics
 * (`strict`), in the text format a tab and an opening brace too; and in both the newline, which
 * the text must have.
 */
export function numberEnd(text: string, from: number, strict: boolean): number {
  let at = from
  let c = text.charCodeAt(at)
  if (c === 43 || c === 45) c = text.charCodeAt(++at)
  const first = at
  while (isDigit(c)) c = text.charCodeAt(++at)
  if (c === 46 && at > first) {
    c = text.charCodeAt(++at)
    while (isDigit(c)) c = text.charCodeAt(++at)
  }
  // Beyond 200 digits and two of an exponent it may be more than a double holds.
  let isPlain = at > first && at - first < 200
  if ((c | 32) === 101) {
    c = text.charCodeAt(++at)
    if (c === 43 || c === 45) c = text.charCodeAt(++at)
    const exponentFrom = at
    while (isDigit(c)) c = text.charCodeAt(++at)
    if (at === exponentFrom || at - exponentFrom > 2) isPlain = false
  }
  if (isPlain && (c === newline || c === space || (!strict && c === tab))) return at
  // Infinities, NaN, large numbers, and what is no number.
  while (c !== newline && c !== space && (strict || (c !== tab && c !== braceOpen)))
    c = text.charCodeAt(++at)
  return goNumber(text.slice(from, at)) === undefined ? noNumber : at
}
