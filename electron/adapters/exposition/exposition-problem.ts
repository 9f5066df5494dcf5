/** An answer that is no exposition: where it first goes wrong, and what was expected there. */
export class ExpositionProblem extends Error {
  readonly code = 'not-metrics'
  /** Counted from 1. */
  readonly line: number

  constructor(line: number, expected: string, found: string) {
    super(`Line ${line}: expected ${expected}, found ${found}.`)
    this.name = 'ExpositionProblem'
    this.line = line
  }
}

const mostShown = 40

/** The beginning of what came, fit to be shown: in quotes, control characters as escapes. */
export function beginningOf(text: string): string {
  const short = text.length > mostShown ? `${text.slice(0, mostShown)}…` : text
  return JSON.stringify(short)
}
