import { stripVTControlCharacters } from 'node:util'

const width = (text: string) => [...stripVTControlCharacters(text)].length

/** Rows in aligned columns, two spaces apart; colours do not count as width. */
export function table(given: readonly (readonly string[])[], indent = ''): string {
  const rows = given.map((row) => row.map((cell) => cell.replaceAll(/\s*\n\s*/g, ' ⏎ ')))
  const widths: number[] = []
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, width(cell))
    }
  }
  return rows
    .map((row) => {
      const cells = row.map(
        (cell, column) => cell + ' '.repeat((widths[column] ?? 0) - width(cell)),
      )
      return (indent + cells.join('  ')).trimEnd()
    })
    .join('\n')
}
