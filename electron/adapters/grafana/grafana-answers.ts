import { z } from 'zod'

// What is taken from Grafana's API, versions 9 to 13; the rest is left out.

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')

export const healthAnswer = z.object({ database: text, version: text })

export const datasourcesAnswer = z.array(
  z.object({
    uid: z.string(),
    name: z.string(),
    type: z.string(),
    url: text,
    isDefault: z.boolean().nullish(),
    jsonData: z.looseObject({ timeInterval: z.string().nullish().catch(undefined) }).nullish(),
  }),
)

/** What every signed-in viewer may read: the datasources by name, with Grafana's own among them. */
export const settingsAnswer = z.object({
  datasources: z.record(
    z.string(),
    z.looseObject({
      uid: text,
      type: text,
      isDefault: z.boolean().nullish(),
      jsonData: z
        .looseObject({ timeInterval: z.string().nullish().catch(undefined) })
        .nullish()
        .catch(undefined),
      meta: z.looseObject({ builtIn: z.boolean().nullish() }).nullish().catch(undefined),
    }),
  ),
  defaultDatasource: text,
})

/** A plugin that has no health check answers in another form. */
export const datasourceHealthAnswer = z.object({ status: z.string(), message: text })

export const searchAnswer = z.array(
  z.object({ uid: z.string(), title: z.string(), folderTitle: text }),
)
export type FoundDashboard = z.infer<typeof searchAnswer>[number]

/** `{ type, uid }` since Grafana 8.3, before that a name, and null for the default one. */
const rawDatasource = z
  .union([z.string(), z.looseObject({ uid: z.string().nullish(), type: z.string().nullish() })])
  .nullish()
  .catch(undefined)
export type RawDatasource = z.infer<typeof rawDatasource>

const target = z.looseObject({
  refId: z.string().nullish(),
  hide: z.boolean().nullish().catch(undefined),
  datasource: rawDatasource,
})
export type RawTarget = z.infer<typeof target>

const panelFields = {
  id: z.number().nullish(),
  title: text,
  type: text,
  datasource: rawDatasource,
  targets: z.array(target).nullish().catch(undefined),
  interval: z.string().nullish().catch(undefined),
  repeat: z.string().nullish().catch(undefined),
  collapsed: z.boolean().nullish().catch(undefined),
  libraryPanel: z.looseObject({ uid: z.string().nullish() }).nullish().catch(undefined),
}
const innerPanel = z.looseObject(panelFields)
export const rawPanel = z.looseObject({
  ...panelFields,
  panels: z.array(innerPanel).nullish().catch([]),
})
export type RawPanel = z.infer<typeof rawPanel>

const choice = z.union([z.string(), z.number(), z.boolean()]).transform(String)
const choices = z.union([choice, z.array(choice)])
export const rawVariable = z.looseObject({
  name: z.string(),
  type: z.string(),
  query: z.unknown().optional(),
  definition: z.string().nullish().catch(undefined),
  datasource: rawDatasource,
  regex: z.string().nullish().catch(undefined),
  sort: z.number().nullish().catch(undefined),
  multi: z.boolean().nullish().catch(undefined),
  includeAll: z.boolean().nullish().catch(undefined),
  allValue: z.string().nullish().catch(undefined),
  auto: z.boolean().nullish().catch(undefined),
  current: z
    .looseObject({
      value: choices.nullish().catch(undefined),
      text: choices.nullish().catch(undefined),
    })
    .nullish()
    .catch(undefined),
  options: z
    .array(
      z.looseObject({
        value: choices.nullish().catch(undefined),
        text: choices.nullish().catch(undefined),
      }),
    )
    .nullish()
    .catch(undefined),
  filters: z.array(z.unknown()).nullish().catch(undefined),
})
export type RawVariable = z.infer<typeof rawVariable>

const dashboard = z.looseObject({
  title: text,
  panels: z.array(rawPanel).nullish(),
  /** Before Grafana 5. */
  rows: z
    .array(z.looseObject({ repeat: z.string().nullish(), panels: z.array(rawPanel).nullish() }))
    .nullish()
    .catch(undefined),
  /** Schema v2, Grafana 12 and later. */
  elements: z.record(z.string(), z.unknown()).nullish().catch(undefined),
  layout: z.unknown().optional(),
  variables: z.array(z.unknown()).nullish().catch(undefined),
  templating: z.looseObject({ list: z.array(rawVariable).nullish() }).nullish(),
})
export type RawDashboard = z.infer<typeof dashboard>

export const dashboardAnswer = z.object({
  dashboard,
  meta: z.looseObject({ folderTitle: text }).nullish(),
})

/**
 * A dashboard that was saved in schema v2 is refused there with 406 and "dashboard api version not
 * supported, use /apis/dashboard.grafana.app/… instead" (pkg/api/dashboard.go, 12.2 and later).
 */
export const dashboardElsewhere = z.object({ message: text })
export const dashboardResource = z.object({ spec: dashboard })

export const libraryElementAnswer = z.object({ result: z.object({ model: innerPanel }) })

const frame = z.looseObject({
  schema: z
    .looseObject({
      fields: z.array(z.looseObject({ type: z.string().nullish() })).nullish(),
    })
    .nullish(),
  data: z
    .looseObject({
      values: z.array(z.array(z.unknown())).nullish(),
      entities: z.array(z.unknown()).nullish(),
    })
    .nullish(),
})

const queryResult = z.looseObject({
  status: z.number().nullish(),
  error: z.string().nullish(),
  frames: z.array(frame).nullish(),
})
export type QueryResult = z.infer<typeof queryResult>

export const queryAnswer = z.object({
  results: z.record(z.string(), queryResult).nullish(),
  /** In the place of results, where the whole request was refused. */
  message: text,
})

// What Prometheus and Loki answer behind Grafana's proxy.
export const labelValuesAnswer = z.object({ data: z.array(z.string()).nullish() })
export const vectorAnswer = z.object({
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        value: z.tuple([z.number(), z.string()]),
      }),
    ),
  }),
})
