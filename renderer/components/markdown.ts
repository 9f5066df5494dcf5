// As much Markdown as the runbooks use. It becomes plain values, never markup to inject.

export type Span = { kind: 'text' | 'code' | 'strong'; text: string }

export type Block =
  | { kind: 'heading'; level: number; spans: readonly Span[] }
  | { kind: 'paragraph'; spans: readonly Span[] }
  | { kind: 'list'; ordered: boolean; items: readonly (readonly Span[])[] }
  | { kind: 'code'; text: string }
  | { kind: 'table'; rows: readonly (readonly (readonly Span[])[])[] }

/** Links keep their words; the window opens no addresses. */
const withoutLinks = (text: string): string => text.replaceAll(/\[([^\]]+)\]\([^)]*\)/g, '$1')

export function spansOf(text: string): Span[] {
  return text
    .split(/(`[^`]+`|\*\*[^*]+\*\*)/)
    .filter((part) => part !== '')
    .map((part): Span => {
      if (/^`[^`]+`$/.test(part)) return { kind: 'code', text: part.slice(1, -1) }
      if (/^\*\*[^*]+\*\*$/.test(part)) return { kind: 'strong', text: part.slice(2, -2) }
      return { kind: 'text', text: withoutLinks(part) }
    })
}

const item = /^\s*(?:([-*])|\d+\.)\s+(.*)$/
const heading = /^(#{1,6})\s+(.*)$/

function codeBlock(lines: readonly string[]): Block & { kind: 'code' } {
  const indent = lines[0]?.match(/^\s*/)?.[0].length ?? 0
  return { kind: 'code', text: lines.map((line) => line.slice(indent)).join('\n') }
}

const cellsOf = (line: string): Span[][] =>
  line
    .trim()
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => spansOf(cell.trim().replaceAll('\\|', '|')))

const tableRule = /^\s*\|[\s:|-]+\|\s*$/

function takeWhile(lines: readonly string[], from: number, test: (line: string) => boolean) {
  let end = from
  while (end < lines.length && test(lines[end] ?? '')) end += 1
  return lines.slice(from, end)
}

function listOf(lines: readonly string[]): Block {
  const items: string[] = []
  for (const line of lines) {
    const match = line.match(item)
    if (match !== null) items.push(match[2] ?? '')
    else items.push(`${items.pop() ?? ''} ${line.trim()}`)
  }
  return {
    kind: 'list',
    ordered: lines[0]?.match(item)?.[1] === undefined,
    items: items.map(spansOf),
  }
}

export function blocksOf(markdown: string): Block[] {
  const lines = markdown.replaceAll('\r\n', '\n').split('\n')
  const blocks: Block[] = []
  let at = 0
  while (at < lines.length) {
    const line = lines[at] ?? ''
    const head = line.match(heading)
    if (line.trim() === '') {
      at += 1
    } else if (line.trim().startsWith('```')) {
      const inside = takeWhile(lines, at + 1, (next) => !next.trim().startsWith('```'))
      blocks.push(codeBlock(inside))
      at += inside.length + 2
    } else if (head !== null) {
      const level = head[1]?.length ?? 1
      blocks.push({ kind: 'heading', level, spans: spansOf(head[2] ?? '') })
      at += 1
    } else if (line.trim().startsWith('|')) {
      const rows = takeWhile(lines, at, (next) => next.trim().startsWith('|'))
      const cells = rows.filter((row) => !tableRule.test(row)).map(cellsOf)
      blocks.push({ kind: 'table', rows: cells })
      at += rows.length
    } else if (item.test(line)) {
      const rows = takeWhile(
        lines,
        at,
        (next) => item.test(next) || (/^\s+\S/.test(next) && !next.trim().startsWith('```')),
      )
      blocks.push(listOf(rows))
      at += rows.length
    } else {
      const rows = takeWhile(
        lines,
        at,
        (next) =>
          next.trim() !== '' &&
          !heading.test(next) &&
          !item.test(next) &&
          !next.trim().startsWith('```') &&
          !next.trim().startsWith('|'),
      )
      const text = rows.map((row) => row.trim()).join(' ')
      blocks.push({ kind: 'paragraph', spans: spansOf(text) })
      at += rows.length
    }
  }
  return blocks
}
