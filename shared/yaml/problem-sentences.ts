import { distance } from 'fastest-levenshtein'
import type { z } from 'zod'
import { keysAt } from './schema-keys.ts'

/** One thing that is wrong with a file that a person writes. */
export type FileProblem = {
  /** Keys and indexes, for example `projects[0].starts[1].files`; empty for the whole file. */
  path: string
  /** Both count from 1. */
  line: number
  column: number
  /** Subject first, fact, then expectation; ends with a full stop. */
  sentence: string
}

type Located = { path: readonly PropertyKey[]; sentence: string; where?: 'key' }

/** A kind of file: its schema, and how sentences speak of it. */
export type FileKind = {
  schema: z.core.$ZodType
  /** With its article: `a stack file`. */
  called: string
  /** Some of its keys, for who has written none: `version, name and home`. */
  keys: string
  /** What to say of a file with nothing in it; without it an empty file is one without keys. */
  whenEmpty?: string
  /** The value there is a secret, and no sentence repeats it. */
  isSecret?: (path: readonly PropertyKey[]) => boolean
}

/** What the schema's issues mean to a person. */
export function sentencesOf(kind: FileKind, issues: readonly z.core.$ZodIssue[]): Located[] {
  const validAt = (issue: z.core.$ZodIssue) => keysAt(kind.schema, issue.path)
  const misspelt = new Set(
    issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => pathText([...issue.path, nearest(key, validAt(issue)) ?? '']))
        : [],
    ),
  )
  return issues
    .filter((issue) => issue.input !== undefined || !misspelt.has(pathText(issue.path)))
    .flatMap((issue) => sentencesOfIssue(kind, issue))
}

function sentencesOfIssue(kind: FileKind, issue: z.core.$ZodIssue): Located[] {
  const subject = pathText(issue.path)
  if (issue.code === 'unrecognized_keys') {
    const place = subject === '' ? kind.called : subject
    const valid = keysAt(kind.schema, issue.path)
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      sentence: `${key} is not a key of ${place}; ${suggestion(key, valid)}.`,
      where: 'key',
    }))
  }
  const hidden = typeof issue.input === 'string' && kind.isSecret?.(issue.path)
  const given = hidden ? 'a text that is not repeated here' : shown(issue.input)
  const is = issue.input === undefined ? 'missing' : given
  return [{ path: issue.path, sentence: `${subject} ${verdict(issue, is)}.` }]
}

/** What follows the subject. */
function verdict(issue: z.core.$ZodIssue, is: string): string {
  switch (issue.code) {
    case 'invalid_type':
      return `is ${is}, expected ${kinds[issue.expected] ?? issue.expected}${quotes(issue)}`
    case 'invalid_value':
      return `is ${is}; ${suggestion(String(issue.input), issue.values.map(String))}`
    case 'too_small':
      if (issue.origin === 'array') return issue.message
      if (issue.origin === 'string') return 'is empty, expected text'
      return `is ${is}, expected at least ${issue.minimum}`
    case 'too_big':
      return `is ${is}, expected at most ${issue.maximum}`
    case 'custom':
      return issue.message
    default:
      return `is ${is}; it ${issue.message}`
  }
}

const quotes = (issue: z.core.$ZodIssueInvalidType): string =>
  issue.expected === 'string' && ['number', 'boolean'].includes(typeof issue.input)
    ? ': put it in quotes'
    : ''

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys and values',
  record: 'keys and values',
}

/** The valid word that was probably meant. */
function nearest(word: string, valid: readonly string[]): string | undefined {
  if (valid.length === 0) return undefined
  const slips = (key: string) => distance(key.toLowerCase(), word.toLowerCase())
  const best = valid.reduce((a, b) => (slips(b) < slips(a) ? b : a))
  return slips(best) <= Math.max(2, Math.floor(word.length / 3)) ? best : undefined
}

function suggestion(word: string, valid: readonly string[]): string {
  const best = nearest(word, valid)
  return best ? `the nearest is ${best}` : `expected one of ${valid.join(', ')}`
}

export function shown(value: unknown): string {
  if (value === null) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a set of keys'
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

export const pathText = (path: readonly PropertyKey[]): string =>
  path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '')
