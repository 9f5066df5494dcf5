/** Where one member of the outermost object stands in the text. */
export type Member = { key: string; start: number; valueStart: number; valueEnd: number }

type FirstValue = { value: unknown; start: number; end: number }

const isSpace = (character: string | undefined): boolean =>
  character === ' ' || character === '\n' || character === '\t' || character === '\r'

function skipSpace(text: string, from: number): number {
  let at = from
  while (isSpace(text[at])) at += 1
  return at
}

function skipString(text: string, from: number): number {
  let at = from + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}

function skipValue(text: string, from: number): number {
  let depth = 0
  let at = from
  while (at < text.length) {
    const character = text[at] as string
    if (character === '"') {
      at = skipString(text, at)
      if (depth === 0) return at
      continue
    }
    if (character === '{' || character === '[') depth += 1
    else if (character === '}' || character === ']') {
      depth -= 1
      if (depth === 0) return at + 1
      if (depth < 0) return at
    } else if (depth === 0 && (character === ',' || isSpace(character))) return at
    at += 1
  }
  return at
}

/**
 * The first JSON value in the text. Whatever follows it is ignored, because the docker CLI
 * ignores it too (28.2: `{"currentContext":"a"} rubbish` is read without a warning).
 * Throws a SyntaxError when that value is broken; undefined when there is none.
 */
export function firstValue(text: string): FirstValue | undefined {
  const start = skipSpace(text, 0)
  if (start === text.length) return undefined
  const end = skipValue(text, start)
  return { value: JSON.parse(text.slice(start, end)), start, end }
}

/** The members of the object that begins at `start`, which is known to be sound JSON. */
export function membersOf(text: string, start: number): Member[] {
  const members: Member[] = []
  let at = skipSpace(text, start + 1)
  while (text[at] === '"') {
    const keyEnd = skipString(text, at)
    const valueStart = skipSpace(text, skipSpace(text, keyEnd) + 1)
    const valueEnd = skipValue(text, valueStart)
    members.push({ key: JSON.parse(text.slice(at, keyEnd)), start: at, valueStart, valueEnd })
    at = skipSpace(text, valueEnd)
    if (text[at] === ',') at = skipSpace(text, at + 1)
  }
  return members
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Go's encoding/json, and so the docker CLI, matches keys without regard to case; last wins. */
export const isKey = (key: string, wanted: string): boolean =>
  key.toLowerCase() === wanted.toLowerCase()

export function valueAt(object: Record<string, unknown>, wanted: string): unknown {
  let found: unknown
  for (const [key, value] of Object.entries(object)) if (isKey(key, wanted)) found = value
  return found
}

export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined
