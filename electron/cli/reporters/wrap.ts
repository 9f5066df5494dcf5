import { stripVTControlCharacters } from 'node:util'

const width = (text: string) => [...stripVTControlCharacters(text)].length

/**
 * Breaks lines that are wider than the terminal between words, and hangs what follows under the
 * last column or behind the list mark. Without a terminal, and where a word alone is too long,
 * nothing is broken: a path stays one word to be copied.
 */
export function wrap(text: string, columns: number | undefined): string {
  if (columns === undefined || columns < 40) return text
  return text
    .split('\n')
    .flatMap((line) => (width(line) <= columns ? [line] : broken(line, columns)))
    .join('\n')
}

function broken(line: string, columns: number): string[] {
  const hang = hangOf(stripVTControlCharacters(line), columns)
  const lines: string[] = []
  let current = ''
  // The spaces before a word belong to it, so that columns keep their distance.
  for (const piece of line.match(/\s*\S+/g) ?? []) {
    const fits = width(current) + width(piece) <= columns
    if (fits || width(current) <= hang) current += piece
    else {
      lines.push(current)
      current = ' '.repeat(hang) + piece.trimStart()
    }
  }
  return [...lines, current]
}

/** Where the last column begins, if it begins in the left half or so; behind a list mark in it. */
function hangOf(line: string, columns: number): number {
  const starts = [
    0,
    ...[...line.matchAll(/\s{2,}/g)].map(({ index, 0: gap }) => index + gap.length),
  ]
  const start = starts.findLast((at) => at <= columns * 0.6) ?? 0
  const indent = start === 0 ? (/^\s*/.exec(line)?.[0].length ?? 0) : start
  const mark = /^(?:\d+\.|[-*·✓✗↶▲>$]) /.exec(line.slice(indent))
  return indent + (mark?.[0].length ?? 0)
}
