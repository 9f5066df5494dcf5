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
