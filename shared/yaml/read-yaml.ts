import { isAlias, isMap, LineCounter, parseDocument, visit, type YAMLError } from 'yaml'
import { err, ok, type Result } from '../kit/result.ts'
import { type FileKind, type FileProblem, pathText, sentencesOf } from './problem-sentences.ts'
import { type Position, positionOf } from './source-position.ts'

/** The content of a file that a person writes, and where in its text each thing is. */
type YamlContent = {
  content: Record<string, unknown>
  problemAt(path: readonly PropertyKey[], sentence: string, where?: 'key'): FileProblem
}

/** Far above any real file: a stack of 500 services takes some 60 kB. */
const maxCharacters = 1_000_000

/** The keys and values of a text that holds nothing but these. Never throws. */
export function readYaml(text: string, kind: FileKind): Result<YamlContent, FileProblem[]> {
  if (text.length > maxCharacters) {
    return whole(`The file is larger than 1 MB, expected ${kind.called} of some kilobytes.`)
  }
  const lines = new LineCounter()
  let document: ReturnType<typeof parseDocument>
  try {
    document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  } catch (error) {
    // yaml 2.9 recurses: a hundred thousand nested brackets exhaust the call stack.
    return whole(`The file is not YAML that can be read: ${oneLine(String(error))}.`)
  }
  const problemAt = (path: readonly PropertyKey[], sentence: string, where?: 'key') => ({
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
    return kind.whenEmpty === undefined ? ok({ content: {}, problemAt }) : whole(kind.whenEmpty)
  }
  const alias = firstAlias(document, lines)
  if (alias) {
    const sentence = `${capital(kind.called)} has no aliases ("*name"); write the value out.`
    return err([{ path: '', ...alias, sentence }])
  }
  if (!isMap(document.contents)) {
    const sentence = `The file holds a list or a single value, expected keys such as ${kind.keys}.`
    return err([problemAt([], sentence)])
  }
  return ok({ content: document.toJS() as Record<string, unknown>, problemAt })
}

/** Parses the content by the schema of its kind; says all that is wrong, in the order of the text. */
export function fitting<T>(
  schema: { safeParse(content: unknown, options: { reportInput: true }): Parsed<T> },
  kind: FileKind,
  content: Record<string, unknown>,
  problemAt: YamlContent['problemAt'],
): Result<T, FileProblem[]> {
  const parsed = schema.safeParse(content, { reportInput: true })
  if (parsed.success) return ok(parsed.data)
  const found = sentencesOf(kind, parsed.error.issues)
  return err(inOrder(found.map(({ path, sentence, where }) => problemAt(path, sentence, where))))
}

type Parsed<T> =
  | { success: true; data: T }
  | { success: false; error: { issues: Parameters<typeof sentencesOf>[1] } }

export const inOrder = (problems: FileProblem[]): FileProblem[] =>
  problems.toSorted((a, b) => a.line - b.line || a.column - b.column)

/** The first problem with its place, and how many follow; for one line. */
export function problemsText(problems: readonly FileProblem[]): string {
  const [first] = problems
  if (!first) return 'It cannot be used.'
  const more = problems.length - 1
  const rest =
    more === 0 ? '' : ` ${more} more ${more === 1 ? 'problem follows' : 'problems follow'}.`
  return `Line ${first.line}, column ${first.column}: ${first.sentence}${rest}`
}

function yamlProblem(error: YAMLError, text: string, lines: LineCounter): FileProblem {
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

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1)

const whole = (sentence: string): Result<never, FileProblem[]> =>
  err([{ path: '', line: 1, column: 1, sentence }])
