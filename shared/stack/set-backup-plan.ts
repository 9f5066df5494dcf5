import { Document, isMap, isScalar, type Pair, parseDocument, Scalar, YAMLMap } from 'yaml'
import type { BackupChoices, KeepRule } from '../domain/stack.ts'
import { parseStackFile } from './stack-file.ts'
import { usualBackup } from './stack-schema.ts'

/** What a person changes about the backups; the rest of the section is left as it is. */
export type BackupPlanChoices = {
  schedule: readonly string[]
  keep: KeepRule
  onBattery: boolean
  /** null: none. */
  drill: string | null
}

/**
 * The text of a stack file with another plan for its backups. Only the section `backup` is
 * written anew, with its comments; it is added where there is none. Throws a sentence when the
 * text is not a valid stack file, or the plan is no valid one.
 */
export function setBackupPlan(text: string, plan: BackupPlanChoices): string {
  const before = parseStackFile(text)
  if (!before.ok) {
    throw new Error(`The stack file is not valid: ${before.error[0]?.sentence ?? 'unknown fault.'}`)
  }
  const wanted = choicesWith(before.value.backup ?? usualBackup, plan)
  const problems: string[] = []
  for (const edited of [spliced(text, plan), rewritten(text, plan)]) {
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

function choicesWith(choices: BackupChoices, plan: BackupPlanChoices): BackupChoices {
  const { drill: before, ...rest } = choices
  const drill = plan.drill === null ? {} : { drill: { ...before, schedule: plan.drill } }
  const { schedule, keep, onBattery } = plan
  return { ...rest, schedule, keep, onBattery, ...drill }
}

/** Only the section is written; every blank and quote elsewhere stays. */
function spliced(text: string, plan: BackupPlanChoices): string {
  const document = parseDocument(text)
  const pair = sectionIn(document)
  const node = edited(pair?.value, plan)
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
function rewritten(text: string, plan: BackupPlanChoices): string {
  const document = parseDocument(text)
  document.set('backup', edited(sectionIn(document)?.value, plan))
  return document.toString(layout)
}

const layout = { lineWidth: 0, flowCollectionPadding: false }

function sectionIn(document: Document.Parsed): Pair | undefined {
  if (!isMap(document.contents)) return undefined
  return document.contents.items.find(({ key }) => isScalar(key) && key.value === 'backup')
}

function edited(section: unknown, plan: BackupPlanChoices): YAMLMap {
  const node = isMap(section) ? (section as YAMLMap) : new YAMLMap()
  const own = new Document()
  const set = (key: string, value: unknown) => {
    const made = own.createNode(value)
    if (isMap(made) || Array.isArray(value)) (made as YAMLMap).flow = true
    node.set(key, made)
  }
  set('schedule', plan.schedule.map(quoted))
  set('keep', { ...plan.keep })
  set('onBattery', plan.onBattery)
  const drill = node.get('drill')
  if (plan.drill === null) node.delete('drill')
  else if (isMap(drill)) drill.set('schedule', quoted(plan.drill))
  else set('drill', { schedule: quoted(plan.drill) })
  return node
}

function quoted(text: string): Scalar {
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
