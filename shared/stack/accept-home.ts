import { isMap, isScalar, parseDocument, type Scalar, stringify } from 'yaml'
import { type Home, isSameHome } from '../domain/stack.ts'
import { parseStackFile } from './stack-file.ts'

/**
 * The text of a stack file with another home. Only the values under `home` change: every
 * comment, blank line and quote elsewhere stays as the person left it. Throws a sentence
 * when the text is not a valid stack file.
 */
export function acceptHome(text: string, home: Home): string {
  const before = parseStackFile(text)
  if (!before.ok) {
    throw new Error(`The stack file is not valid: ${before.error[0]?.sentence ?? 'unknown fault.'}`)
  }
  const edited = splice(text, editsOf(text, home))
  const after = parseStackFile(edited)
  if (!after.ok || !isSameHome(after.value.home, home)) {
    throw new Error('The home in the stack file cannot be edited in place; adopt the stack again.')
  }
  return edited
}

type Edit = { from: number; to: number; text: string }

function editsOf(text: string, home: Home): Edit[] {
  const node = parseDocument(text).get('home')
  if (!isMap(node)) return []
  const first = node.items[0]?.key
  if (!isScalar(first) || !first.range) return []
  const start = first.range[0]
  const indent = ' '.repeat(start - (text.lastIndexOf('\n', start - 1) + 1))

  return Object.entries(home).map(([key, value]) => {
    const old = node.get(key, true) as Scalar | undefined
    if (old?.range) return { from: old.range[0], to: old.range[1], text: plain(value) }
    const added = `${key}: ${plain(value)}${node.flow ? ', ' : `\n${indent}`}`
    return { from: start, to: start, text: added }
  })
}

/** The value on one line, quoted where YAML needs it. */
const plain = (value: string): string =>
  stringify(value, {
    lineWidth: 0,
    defaultStringType: 'PLAIN',
    blockQuote: false,
    indent: 2,
  }).trim()

function splice(text: string, edits: readonly Edit[]): string {
  let edited = text
  for (const { from, to, text: added } of edits.toSorted((a, b) => b.from - a.from)) {
    edited = edited.slice(0, from) + added + edited.slice(to)
  }
  return edited
}
