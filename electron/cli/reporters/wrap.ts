import { stripVTControlCharacters } from 'node:util'

const width = (text: string) => [...stripVTControlCharacters(text)].length

/**
 * Breaks lines that are wider than the terminal between words, and hangs what follows under the
 * last column or behind the list mark. Without a terminal nothing is broken, and a word never:
 * a path that is too long for the column moves left, to be copied as one.
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
      const word = piece.trimStart()
      current = ' '.repeat(Math.max(0, Math.min(hang, columns - width(word)))) + word
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

/** The same for Markdown, whose code blocks stay as they are. */
export const wrapProse = (markdown: string, columns: number | undefined): string =>
  markdown
    .split(/(^```[\s\S]*?^```$)/m)
    .map((part, index) => (index % 2 === 0 ? wrap(part, columns) : part))
    .join('')
