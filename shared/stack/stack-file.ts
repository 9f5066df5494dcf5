import { isAlias, isMap, LineCounter, parseDocument, visit, type YAMLError } from 'yaml'
import type { Stack } from '../domain/stack.ts'
import { err, ok, type Result } from '../kit/result.ts'
import { type Migration, migrate, stackFileMigrations } from './migrations.ts'
import { pathText, type StackFileProblem, sentencesOf, shown } from './problem-sentences.ts'
import { type Position, positionOf } from './source-position.ts'

export type { StackFileProblem } from './problem-sentences.ts'

import { currentVersion, duplicatesOf, stackFileSchema, stackOf } from './stack-schema.ts'

/** Far above any real stack: 500 services take some 60 kB. */
const maxCharacters = 1_000_000

/**
 * Reads a stack file whole or not at all: never with a part of it left out. Says all
 * that is wrong at once, in the order of the text. Never throws.
 */
export function parseStackFile(
  text: string,
  migrations: readonly Migration[] = stackFileMigrations,
): Result<Stack, StackFileProblem[]> {
  if (text.length > maxCharacters) {
    return whole('The file is larger than 1 MB, expected a stack file of some kilobytes.')
  }
  const lines = new LineCounter()
  let document: ReturnType<typeof parseDocument>
  try {
    document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  } catch (error) {
    // yaml 2.9 recurses: a hundred thousand nested brackets exhaust the call stack.
    return whole(`The file is not YAML that can be read: ${oneLine(String(error))}.`)
  }
  const at = (path: readonly PropertyKey[], sentence: string, where?: 'key'): StackFileProblem => ({
    path: pathText(path),
    ...positionOf(document, lines, path, where),
    sentence,
  })

  const notYaml = [...document.errors, ...document.warnings]
  if (notYaml[0]) {
    // What follows the first fault in syntax is mostly its consequence.
    return err([yamlProblem(notYaml[0], text, lines)])
  }
  if (document.contents === null) {
    return whole('The file is empty, expected a stack; adopt writes one.')
  }
  const alias = firstAlias(document, lines)
  if (alias) {
    return err([
      {
        path: '',
        ...alias,
        sentence: 'A stack file has no aliases ("*name"); write the value out.',
      },
    ])
  }
  if (!isMap(document.contents)) {
    return err([
      at(
        [],
        'The file holds a list or a single value, expected keys such as version, name and home.',
      ),
    ])
  }

  const content = document.toJS() as Record<string, unknown>
  const version = content['version']
  if (version === undefined) {
    return err([at([], `version is missing, expected version: ${currentVersion}.`)])
  }
  if (typeof version !== 'number' || !Number.isInteger(version)) {
    return err([at(['version'], `version is ${shown(version)}, expected ${currentVersion}.`)])
  }
  if (version > currentVersion) {
    return err([
      at(
        ['version'],
        `version is ${version}, written by a newer Odin Sentinel; this one reads up to version ${currentVersion}.`,
      ),
    ])
  }
  const migrated = migrate(content, version, currentVersion, migrations)
  if (!migrated) {
    return err([
      at(
        ['version'],
        `version is ${version}, which is too old to be read; expected ${currentVersion}.`,
      ),
    ])
  }

  const parsed = stackFileSchema.safeParse(migrated, { reportInput: true })
  if (!parsed.success) {
    const found = sentencesOf(parsed.error.issues)
    return err(inOrder(found.map(({ path, sentence, where }) => at(path, sentence, where))))
  }
  const duplicates = duplicatesOf(parsed.data)
  if (duplicates.length > 0) {
    return err(inOrder(duplicates.map(({ path, sentence }) => at(path, sentence, 'key'))))
  }
  return ok(stackOf(parsed.data))
}

function yamlProblem(error: YAMLError, text: string, lines: LineCounter): StackFileProblem {
  const { line, col } = lines.linePos(error.pos[0])
  const where = { path: '', line: Math.max(line, 1), column: Math.max(col, 1) }
  if (error.code === 'DUPLICATE_KEY') {
    const key = /^[^\s:]+/.exec(text.slice(error.pos[0]))?.[0] ?? 'A key'
    return { ...where, sentence: `${key} is given twice, expected once.` }
  }
  if (error.code === 'MULTIPLE_DOCS') {
    return { ...where, sentence: 'The file holds several YAML documents, expected one.' }
  }
  return { ...where, sentence: `The file is not valid YAML: ${oneLine(error.message)}.` }
}

const oneLine = (message: string): string =>
  message
    .replace(/\s+/g, ' ')
    .replace(/[.:]\s*$/, '')
    .slice(0, 200)

function firstAlias(
  document: ReturnType<typeof parseDocument>,
  lines: LineCounter,
): Position | undefined {
  let offset: number | undefined
  visit(document, {
    Node(_key, node) {
      if (!isAlias(node)) return undefined
      offset = node.range?.[0] ?? 0
      return visit.BREAK
    },
  })
  if (offset === undefined) return undefined
  const { line, col } = lines.linePos(offset)
  return { line, column: col }
}

const inOrder = (problems: StackFileProblem[]): StackFileProblem[] =>
  problems.toSorted((a, b) => a.line - b.line || a.column - b.column)

const whole = (sentence: string): Result<never, StackFileProblem[]> =>
  err([{ path: '', line: 1, column: 1, sentence }])
