import type { RawVariable } from '../grafana-answers.ts'
import { expandText, type Variables, type VariableValue, variablesIn } from './expand-variables.ts'
import { findSource, type Source } from './find-datasource.ts'
import { plain } from './time-variables.ts'
import {
  chosenValue,
  customOptions,
  type Option,
  pickedOptions,
  regexOf,
} from './variable-options.ts'

/** A question that a datasource answers with the options of a variable. */
export type Lookup =
  | { kind: 'label-values'; label: string; selector: string }
  | { kind: 'label-names' }
  | { kind: 'metrics'; pattern: string }
  | { kind: 'query-result'; query: string }

type LookUp = (source: Source, lookup: Lookup) => Promise<string[]>

/**
 * What every variable of a dashboard stands for when a viewer opens it. One that refers to
 * others waits for them. A lookup that fails leaves its variable at the saved value.
 */
export async function variableValues(
  list: readonly RawVariable[],
  builtIn: Variables,
  sources: readonly Source[],
  lookUp: LookUp,
): Promise<Map<string, VariableValue>> {
  const values = new Map(builtIn)
  for (const variable of inOrder(list))
    values.set(variable.name, await valueNow(variable, values, sources, lookUp))
  return values
}

/** Those that others refer to come first; where they refer to each other, as they are listed. */
function inOrder(list: readonly RawVariable[]): RawVariable[] {
  const byName = new Map(list.map((one) => [one.name, one]))
  const ordered = new Set<RawVariable>()
  const visiting = new Set<RawVariable>()
  const visit = (variable: RawVariable): void => {
    if (ordered.has(variable) || visiting.has(variable)) return
    visiting.add(variable)
    const { query, datasource, regex } = variable
    for (const name of variablesIn(JSON.stringify([query, datasource, regex]))) {
      const other = byName.get(name)
      if (other) visit(other)
    }
    ordered.add(variable)
  }
  for (const variable of list) visit(variable)
  return [...ordered]
}

async function valueNow(
  variable: RawVariable,
  values: Variables,
  sources: readonly Source[],
  lookUp: LookUp,
): Promise<VariableValue> {
  const query = queryText(variable)
  switch (variable.type) {
    case 'constant':
      return plain(query || firstOf(variable))
    case 'textbox':
      return plain(firstOf(variable) || query)
    case 'custom':
      return chosenValue(variable, customOptions(query))
    case 'interval':
      return intervalValue(variable, customOptions(query), values)
    case 'datasource':
      return chosenSource(variable, query, sources)
    case 'query':
      return chosenValue(variable, await optionsOf(variable, values, sources, lookUp))
    default:
      return chosenValue(variable, undefined)
  }
}

const firstOf = (variable: RawVariable): string => [variable.current?.value ?? []].flat()[0] ?? ''

function intervalValue(
  variable: RawVariable,
  options: readonly Option[],
  values: Variables,
): VariableValue {
  const chosen = chosenValue(variable, options).values[0] ?? ''
  const isAuto = firstOf(variable).startsWith('$__auto_interval') || chosen === ''
  return isAuto ? (values.get('__interval') ?? plain('15s')) : plain(chosen)
}

/** Its options are datasources of one type. Saved is the uid, before Grafana 9 the name. */
function chosenSource(
  variable: RawVariable,
  type: string,
  sources: readonly Source[],
): VariableValue {
  const regex = regexOf(variable.regex ?? '')
  const ofType = sources.filter((one) => one.type === type && (!regex || regex.test(one.name)))
  const saved = [variable.current?.value ?? []].flat()
  const meant = ofType.filter(
    (one) =>
      saved.includes(one.uid) ||
      saved.includes(one.name) ||
      (saved.includes('default') && one.isDefault),
  )
  const isAll = variable.includeAll && (saved.includes('$__all') || meant.length === 0)
  const first = ofType.find((one) => one.isDefault) ?? ofType[0]
  const chosen = isAll ? ofType : meant.length > 0 ? meant : first ? [first] : []
  return {
    values: chosen.map(({ uid }) => uid),
    texts: chosen.map(({ name }) => name),
    many: Boolean(variable.multi || variable.includeAll),
  }
}

async function optionsOf(
  variable: RawVariable,
  values: Variables,
  sources: readonly Source[],
  lookUp: LookUp,
): Promise<Option[] | undefined> {
  const found = findSource(variable.datasource, sources, values)
  if (found.kind !== 'source') return undefined
  const { source } = found
  const lookup = lookupOf(variable, (text) => expandText(text, values, source.type))
  if (!lookup) return undefined
  const answers = await lookUp(source, lookup).catch((error: unknown) => {
    if ((error as { status?: number }).status === undefined) throw error
    return undefined
  })
  const regex = expandText(variable.regex ?? '', values, '')
  return answers && pickedOptions(answers, { ...variable, regex })
}

/** What the query of a variable asks, in the words of the Prometheus and the Loki plugins. */
export function lookupOf(
  variable: RawVariable,
  expand: (text: string) => string,
): Lookup | undefined {
  const text = expand(queryText(variable)).trim()
  const values = /^label_values\((?:(.+),)?\s*([a-zA-Z_]\w*)\s*\)$/s.exec(text)
  if (values)
    return { kind: 'label-values', label: values[2] ?? '', selector: (values[1] ?? '').trim() }
  if (/^label_names\(.*\)$/.test(text)) return { kind: 'label-names' }
  const metrics = /^metrics\((.*)\)$/.exec(text)
  if (metrics) return { kind: 'metrics', pattern: metrics[1] ?? '' }
  const result = /^query_result\((.+)\)$/s.exec(text)
  if (result) return { kind: 'query-result', query: (result[1] ?? '').trim() }
  const { label, stream } = fieldsOf(variable)
  return label ? { kind: 'label-values', label, selector: expand(stream) } : undefined
}

/** A text, or since Grafana 8 an object that holds it. */
function queryText({ query, definition }: RawVariable): string {
  if (typeof query === 'string') return query
  const inner = (query as { query?: unknown } | null | undefined)?.query
  return typeof inner === 'string' ? inner : (definition ?? '')
}

function fieldsOf({ query }: RawVariable): { label: string; stream: string } {
  const { label, stream } = (query ?? {}) as { label?: unknown; stream?: unknown }
  const text = (value: unknown) => (typeof value === 'string' ? value : '')
  return { label: text(label), stream: text(stream) }
}
