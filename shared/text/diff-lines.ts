/** A line of a diff, with its number where it was and where it is now. */
export type DiffLine = {
  kind: 'same' | 'added' | 'removed' | 'gap'
  text: string
  before?: number
  after?: number
}

const hunkHead = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/

/**
 * The lines of a unified diff that we made ourselves, to be drawn; lines left out between two
 * hunks are one `gap`. What stands before the first hunk is no part of it.
 */
export function diffLines(diff: string): DiffLine[] {
  const lines: DiffLine[] = []
  let before = 0
  let after = 0
  for (const line of diff.split('\n')) {
    const head = hunkHead.exec(line)
    if (head) {
      // A file that was empty begins at line 0.
      const [from, to] = [Math.max(1, Number(head[1])), Math.max(1, Number(head[2]))]
      const skipped = lines.length === 0 ? from - 1 : from - before
      if (skipped > 0) lines.push({ kind: 'gap', text: linesWords(skipped, 'the same') })
      before = from
      after = to
    } else if (before === 0 || line === '') continue
    else if (line.startsWith('+'))
      lines.push({ kind: 'added', text: line.slice(1), after: after++ })
    else if (line.startsWith('-')) {
      lines.push({ kind: 'removed', text: line.slice(1), before: before++ })
    } else if (line.startsWith(' ')) {
      lines.push({ kind: 'same', text: line.slice(1), before: before++, after: after++ })
    } else if (line.startsWith('\\')) lines.push({ kind: 'gap', text: 'no line break at the end' })
  }
  return lines
}

export function diffCounts(diff: string): { added: number; removed: number } {
  const lines = diffLines(diff)
  const count = (kind: DiffLine['kind']) => lines.filter((line) => line.kind === kind).length
  return { added: count('added'), removed: count('removed') }
}

/** `3 lines added, 1 removed`, or the empty text where nothing was. */
export function countsWords({ added, removed }: { added: number; removed: number }): string {
  if (added === 0 && removed === 0) return ''
  if (added === 0) return linesWords(removed, 'removed')
  return `${linesWords(added, 'added')}${removed === 0 ? '' : `, ${removed} removed`}`
}

const linesWords = (count: number, what: string): string =>
  `${count} ${count === 1 ? 'line' : 'lines'} ${what}`
