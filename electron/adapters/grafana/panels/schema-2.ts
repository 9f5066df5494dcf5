import { z } from 'zod'
import {
  type RawDashboard,
  type RawPanel,
  type RawVariable,
  rawPanel,
  rawVariable,
} from '../grafana-answers.ts'
import { variablesIn } from './expand-variables.ts'
import type { PlacedPanel } from './panels-of.ts'

// Dashboards of schema version 2 (Grafana 12: dashboard.grafana.app/v2beta1, Grafana 13: v2):
// panels are elements with a name, a layout says where they stand, and variables have kinds.
// They are turned into the panels and variables of version 1, so that both are checked alike.

/** A panel of which nobody can tell, because something about it is not understood. */
type Riddle = { id: number; title: string; why: string }

export type Schema2Parts = {
  placed: readonly PlacedPanel[]
  list: readonly RawVariable[]
  riddles: readonly Riddle[]
}

const words = z.string().nullish().catch(undefined)
const repeat = z.looseObject({ value: words }).nullish().catch(undefined)
const reference = z.looseObject({ name: z.string() })
type Layout = z.infer<typeof layout>
const layout = z.looseObject({ kind: z.string(), spec: z.looseObject({}) })
const item = z.looseObject({
  kind: z.string(),
  spec: z.looseObject({
    element: reference.nullish(),
    elements: z.array(z.unknown()).nullish(),
    layout: layout.nullish(),
    repeat,
    variables: z.array(z.unknown()).nullish().catch(undefined),
  }),
})

/** v2alpha1 names the plugin in `kind` and the datasource beside it; v2beta1 puts both inside. */
const query = z.looseObject({
  kind: words,
  group: words,
  datasource: z.looseObject({ name: words }).nullish().catch(undefined),
  spec: z.looseObject({}).nullish().catch(undefined),
})
const oldSource = z.looseObject({ uid: words, type: words }).nullish().catch(undefined)
const element = z.looseObject({
  kind: z.string(),
  spec: z.looseObject({
    id: z.number().nullish().catch(undefined),
    title: words,
    data: z.unknown().optional(),
    vizConfig: z.looseObject({ kind: words, group: words }).nullish().catch(undefined),
    libraryPanel: z.looseObject({ uid: words }).nullish().catch(undefined),
  }),
})
const queryGroup = z.looseObject({
  kind: z.literal('QueryGroup'),
  spec: z.looseObject({
    queries: z.array(
      z.looseObject({
        kind: z.literal('PanelQuery'),
        spec: z.looseObject({
          refId: words,
          hidden: z.boolean().nullish().catch(undefined),
          datasource: oldSource,
          query,
        }),
      }),
    ),
    queryOptions: z.looseObject({ interval: words }).nullish().catch(undefined),
  }),
})
const variable = z.looseObject({ kind: z.string(), spec: z.looseObject({ name: z.string() }) })

export const isSchema2 = ({ elements }: RawDashboard): boolean => elements != null

export function partsOfSchema2(dashboard: RawDashboard): Schema2Parts {
  const elements = new Map(Object.entries(dashboard.elements ?? {}))
  const standing = standingIn(dashboard.layout)
  const { list, strange } = variablesOf([...(dashboard.variables ?? []), ...standing.variables])
  const placed: PlacedPanel[] = []
  const riddles: Riddle[] = []
  const shown = new Set<string>()
  for (const { name, oneValueOf } of standing.elements) {
    // Where an element stands twice it is asked once.
    if (shown.has(name)) continue
    shown.add(name)
    const found = panelOf(name, elements.get(name), strange)
    if ('riddle' in found) riddles.push(found.riddle)
    else placed.push({ panel: found.panel, oneValueOf })
  }
  if (standing.strange === undefined) return { placed, list, riddles }
  const why = `It may stand in ${standing.strange}, which is not understood.`
  for (const [name, one] of elements) {
    if (!shown.has(name)) riddles.push({ ...headingOf(name, one), why })
  }
  return { placed, list, riddles }
}

type Standing = {
  elements: { name: string; oneValueOf: readonly string[] }[]
  variables: unknown[]
  /** What stands in the layout and is not understood. */
  strange?: string
}

/** Every element in its order, down through rows and tabs, each of which may be repeated. */
function standingIn(root: unknown): Standing {
  const standing: Standing = { elements: [], variables: [] }

  function walk(one: Layout, oneValueOf: readonly string[]): void {
    const { rows, tabs, items } = one.spec
    const within = rows ?? tabs ?? items
    if (!Array.isArray(within)) {
      standing.strange ??= `a layout of kind ${one.kind}`
      return
    }
    for (const each of within) place(each, oneValueOf)
  }

  function place(each: unknown, ofOuter: readonly string[]): void {
    const parsed = item.safeParse(each)
    const { kind, spec } = parsed.data ?? { kind: 'unknown', spec: undefined }
    const oneValueOf = spec?.repeat?.value ? [...ofOuter, spec.repeat.value] : ofOuter
    standing.variables.push(...(spec?.variables ?? []))
    if (spec?.element) standing.elements.push({ name: spec.element.name, oneValueOf })
    else if (spec?.layout) walk(spec.layout, oneValueOf)
    else if (spec?.elements) for (const inner of spec.elements) place(inner, oneValueOf)
    else standing.strange ??= `a part of kind ${kind}`
  }

  const parsed = layout.safeParse(root)
  if (parsed.success) walk(parsed.data, [])
  else standing.strange = 'a layout without a kind'
  return standing
}

function headingOf(name: string, one: unknown): { id: number; title: string } {
  const { spec } = element.safeParse(one).data ?? {}
  return { id: spec?.id ?? 0, title: spec?.title || name }
}

function panelOf(
  name: string,
  one: unknown,
  strange: ReadonlyMap<string, string>,
): { panel: RawPanel } | { riddle: Riddle } {
  const heading = headingOf(name, one)
  const riddle = (why: string) => ({ riddle: { ...heading, why } })
  const parsed = element.safeParse(one)
  if (!parsed.success) return riddle('What it is cannot be read from the dashboard.')
  const { kind, spec } = parsed.data
  const common = { id: heading.id, title: spec.title ?? '' }
  if (kind === 'LibraryPanel') {
    const { libraryPanel } = spec
    if (!libraryPanel?.uid) return riddle('It names no library panel.')
    return { panel: rawPanel.parse({ ...common, type: '', libraryPanel }) }
  }
  if (kind !== 'Panel') return riddle(`An element of kind ${kind} is not understood.`)
  const data = queryGroup.safeParse(spec.data)
  if (!data.success) return riddle('Its queries stand in a form that is not understood.')
  const { queries, queryOptions } = data.data.spec
  const targets = queries.map(({ spec: { refId, hidden, datasource, query: asked } }) => ({
    ...asked.spec,
    refId: refId ?? '',
    hide: hidden === true,
    datasource: sourceOf(asked, datasource),
  }))
  for (const used of variablesUsedIn(targets)) {
    const why = strange.get(used)
    if (why !== undefined) return riddle(`It uses the variable ${used}, ${why}.`)
  }
  const type = spec.vizConfig?.group || spec.vizConfig?.kind || ''
  const { interval } = queryOptions ?? {}
  return { panel: rawPanel.parse({ ...common, type, targets, interval }) }
}

/** Neither a name nor a type: the default datasource is meant. */
function sourceOf(
  { kind, group, datasource }: z.infer<typeof query>,
  old: z.infer<typeof oldSource>,
): { uid?: string; type?: string } | undefined {
  const uid = datasource?.name || old?.uid
  const type = group || old?.type || (kind === 'DataQuery' ? undefined : kind)
  if (!uid && !type) return undefined
  return { ...(uid && { uid }), ...(type && { type }) }
}

const variablesUsedIn = (value: unknown): string[] => variablesIn(JSON.stringify(value))

const types: Readonly<Record<string, string>> = {
  QueryVariable: 'query',
  CustomVariable: 'custom',
  TextVariable: 'textbox',
  ConstantVariable: 'constant',
  IntervalVariable: 'interval',
  DatasourceVariable: 'datasource',
  AdhocVariable: 'adhoc',
  GroupByVariable: 'groupby',
  SwitchVariable: 'switch',
}

/** The numbers of version 1, in their order from 1 on. */
const sorts = [
  'alphabeticalAsc',
  'alphabeticalDesc',
  'numericalAsc',
  'numericalDesc',
  'alphabeticalCaseInsensitiveAsc',
  'alphabeticalCaseInsensitiveDesc',
  'naturalAsc',
  'naturalDesc',
]

function variablesOf(all: readonly unknown[]): {
  list: RawVariable[]
  /** Names of those that are not understood, with why. */
  strange: ReadonlyMap<string, string>
} {
  const list: RawVariable[] = []
  const strange = new Map<string, string>()
  for (const one of all) {
    const parsed = variable.safeParse(one)
    if (!parsed.success) continue
    const { kind, spec } = parsed.data
    const type = types[kind]
    const turned = rawVariable.safeParse({ ...spec, ...inOldForm(kind, spec), type: type ?? kind })
    if (type !== undefined && turned.success) list.push(turned.data)
    else strange.set(spec.name, `whose kind ${kind} is not understood`)
  }
  return { list, strange }
}

function inOldForm(kind: string, spec: Record<string, unknown>): Record<string, unknown> {
  const sort = sorts.indexOf(String(spec['sort'])) + 1
  // A switch has its value alone.
  const { current } = spec
  const value = typeof current === 'string' ? { current: { value: current, text: current } } : {}
  if (kind === 'DatasourceVariable') return { query: spec['pluginId'] }
  if (kind !== 'QueryVariable') return { sort, ...value }
  const asked = query.safeParse(spec['query']).data ?? {}
  const inner: Record<string, unknown> = asked.spec ?? {}
  const plain = inner['__legacyStringValue']
  return {
    sort,
    query: typeof plain === 'string' ? plain : inner,
    datasource: sourceOf(asked, oldSource.parse(spec['datasource'])),
  }
}
