import { Document, isMap, isScalar, type Pair, parseDocument, Scalar, YAMLMap } from 'yaml'
import type { BackupChoices } from '../domain/stack.ts'
import { parseStackFile } from './stack-file.ts'
import { usualBackup } from './stack-schema.ts'

export type SectionEdit = {
  /** What holds afterwards. */
  choices: (before: BackupChoices) => BackupChoices
  /** The same, done to the section as it is written; its comments stay. */
  edit: (section: SectionNode) => void
}

export type SectionNode = {
  get(key: string): unknown
  /** Lists and maps are written on one line. */
  set(key: string, value: unknown): void
  delete(key: string): void
}

/**
 * The text of a stack file with another section `backup`. Nothing else is written anew; the
 * section is added where there is none. Throws a sentence when the text is not a valid stack file,
 * or would not say afterwards what it should.
 */
export function editBackupSection(text: string, { choices, edit }: SectionEdit): string {
  const before = parseStackFile(text)
  if (!before.ok) {
    throw new Error(`The stack file is not valid: ${before.error[0]?.sentence ?? 'unknown fault.'}`)
  }
  const wanted = choices(before.value.backup ?? usualBackup)
  const problems: string[] = []
  for (const edited of [spliced(text, edit), rewritten(text, edit)]) {
    const after = parseStackFile(edited)
    if (!after.ok) problems.push(after.error[0]?.sentence ?? 'unknown fault.')
    else if (
      JSON.stringify(sorted(after.value)) ===
      JSON.stringify(sorted({ ...before.value, backup: wanted }))
    )
      return edited
  }
  throw new Error(
    problems[0] ?? 'The section backup cannot be edited in place; edit the stack file.',
  )
}

/** Only the section is written; every blank and quote elsewhere stays. */
function spliced(text: string, edit: SectionEdit['edit']): string {
  const document = parseDocument(text)
  const pair = sectionIn(document)
  const node = edited(pair?.value, edit)
  const own = new Document()
  const map = new YAMLMap()
  map.add({ key: new Scalar('backup'), value: node } as Pair)
  own.contents = map
  const section = own.toString(layout).trimEnd()
  if (!pair || !isScalar(pair.key) || !pair.key.range || !isMap(pair.value) || !pair.value.range) {
    return `${text.trimEnd()}\n\n${section}\n`
  }
  const [from] = pair.key.range
  const to = pair.value.range[2]
  const rest = text.slice(to)
  return `${text.slice(0, from)}${section}\n${rest}`
}

/** The whole document, for layouts in which a section has no lines of its own. */
function rewritten(text: string, edit: SectionEdit['edit']): string {
  const document = parseDocument(text)
  document.set('backup', edited(sectionIn(document)?.value, edit))
  return document.toString(layout)
}

const layout = { lineWidth: 0, flowCollectionPadding: false }

function sectionIn(document: Document.Parsed): Pair | undefined {
  if (!isMap(document.contents)) return undefined
  return document.contents.items.find(({ key }) => isScalar(key) && key.value === 'backup')
}

function edited(section: unknown, edit: SectionEdit['edit']): YAMLMap {
  const node = isMap(section) ? (section as YAMLMap) : new YAMLMap()
  const own = new Document()
  edit({
    get: (key) => node.get(key),
    delete: (key) => void node.delete(key),
    set(key, value) {
      const made = own.createNode(value)
      if (isMap(made) || Array.isArray(value)) (made as YAMLMap).flow = true
      node.set(key, made)
    },
  })
  return node
}

export function quoted(text: string): Scalar {
  const node = new Scalar(text)
  node.type = Scalar.QUOTE_DOUBLE
  return node
}

/** With all keys in one order, for comparing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)]),
  )
}
