import { z } from 'zod'
import { findingCodes, severities } from '../assess/finding.ts'
import { containerStates, healthStates } from '../domain/container.ts'
import { contextSources } from '../domain/docker-context.ts'
import { intentSchema } from '../domain/intent.ts'

// The published shape of what Sentinel knows: `status --json`, the lines of `watch --json`
// and the window's mirror are all made of these. Times are ISO 8601 in UTC.

const time = z.iso.datetime().describe('ISO 8601, UTC')

export const healthSchema = z.enum(['ok', 'warning', 'critical', 'unknown'])
export type Health = z.infer<typeof healthSchema>

const remedySchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('plan'), intent: intentSchema, label: z.string() }),
  z.strictObject({ kind: z.literal('runbook'), code: z.enum(findingCodes) }),
  z.strictObject({ kind: z.literal('none') }),
])

const severitySchema = z.enum(severities)

const findingViewSchema = z.strictObject({
  code: z.enum(findingCodes),
  severity: severitySchema,
  status: z.enum(['pending', 'firing', 'resolved']),
  subject: z.string(),
  sentence: z.string(),
  evidence: z.record(z.string(), z.string()),
  remedy: remedySchema,
  since: time,
})
export type FindingView = z.infer<typeof findingViewSchema>

export const incidentViewSchema = z.strictObject({
  id: z.string(),
  cause: z.enum(findingCodes),
  severity: severitySchema,
  status: z.enum(['firing', 'resolved']),
  sentence: z.string(),
  since: time,
  resolvedAt: time.optional(),
  findings: z.array(z.string()).describe('CODE@subject of each finding inside, the cause first'),
  remedy: remedySchema,
  recovers: z
    .boolean()
    .exactOptional()
    .describe('a recovery would put right more of it than its remedy alone'),
  snoozedUntil: time.optional(),
})
export type IncidentView = z.infer<typeof incidentViewSchema>

const placeSchema = z.strictObject({
  context: z.string().nullable().describe('a context that leads to this engine'),
  engineId: z.string().nullable(),
  container: z.string().describe('container name'),
  state: z.enum(containerStates),
  health: z.enum(healthStates),
})

const serviceViewSchema = z.strictObject({
  name: z.string(),
  project: z.string(),
  places: z.array(placeSchema).describe('where it is now; empty when it is nowhere in sight'),
  oneShot: z.boolean().optional().describe('runs once and ends; having ended is no fault'),
})
export type ServiceView = z.infer<typeof serviceViewSchema>

const engineViewSchema = z.strictObject({
  engineId: z.string().nullable().describe('null while it has never answered'),
  kind: z.string(),
  name: z.string(),
  version: z.string(),
  endpoint: z.string(),
  contexts: z.array(z.string()),
  answers: z.boolean(),
  failure: z.string().nullable().describe('why it does not answer'),
  home: z.boolean(),
  current: z.boolean(),
})
export type EngineView = z.infer<typeof engineViewSchema>

export const chainStageSchema = z.enum([
  'exporter',
  'target',
  'samples',
  'datasource',
  'dashboard',
  'logs',
  'alerting',
])
export type ChainStage = z.infer<typeof chainStageSchema>

const linkStateSchema = z.enum(['works', 'broken', 'cannot-tell', 'not-there'])
export type LinkState = z.infer<typeof linkStateSchema>

const count = z.int().min(0)
const share = z.strictObject({ working: count, total: count })

const monitoringPartSchema = z
  .strictObject({
    health: healthSchema,
    sentence: z.string().describe('"Monitoring works.", or what is broken first, and why'),
    chain: z
      .array(
        z.strictObject({ stage: chainStageSchema, state: linkStateSchema, sentence: z.string() }),
      )
      .describe('from the exporter to the alert; the first that is broken is where to look'),
    counts: z.strictObject({
      exporters: share,
      targets: share,
      datasources: share,
      dashboards: share.describe('working: at least one panel shows data'),
      gpus: count,
    }),
  })
  .describe('whether monitoring really works; absent while nobody looks beyond the containers')
export type MonitoringPart = z.infer<typeof monitoringPartSchema>

export const statusSchema = z.strictObject({
  health: healthSchema,
  sentence: z.string().describe('the verdict in one sentence'),
  at: time,
  stack: z.string().nullable().describe('null while no stack has been adopted'),
  stackFile: z.string().nullable(),
  home: z
    .strictObject({ context: z.string(), source: z.literal('stack file'), engineId: z.string() })
    .nullable(),
  current: z
    .strictObject({
      context: z.string(),
      source: z.enum(contextSources),
      engineId: z.string().nullable(),
    })
    .nullable()
    .describe('null while the Docker configuration cannot be read'),
  engines: z.array(engineViewSchema),
  services: z.array(serviceViewSchema),
  findings: z.array(findingViewSchema),
  incidents: z.array(incidentViewSchema),
  monitoring: monitoringPartSchema.exactOptional(),
})
export type StatusView = z.infer<typeof statusSchema>

/** What `status --json` prints: one verdict, and with several stacks all of them. */
export const statusReportSchema = statusSchema.extend({
  stacks: z
    .array(statusSchema)
    .optional()
    .describe('every stack, where there are several; the object itself is the worst of them'),
})

export const timelineEntrySchema = z.strictObject({
  at: time,
  kind: z.enum([
    'context',
    'engine',
    'finding',
    'incident',
    'operation',
    'stack',
    'backup',
    'sentinel',
  ]),
  stack: z.string().nullable(),
  subject: z.string(),
  sentence: z.string(),
})
export type TimelineEntry = z.infer<typeof timelineEntrySchema>

/** One line of `watch --json`. */
export const watchLineSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('state'), at: time, status: statusSchema }),
  z.strictObject({
    type: z.literal('finding'),
    at: time,
    stack: z.string(),
    finding: findingViewSchema,
  }),
  z.strictObject({
    type: z.literal('incident'),
    at: time,
    stack: z.string(),
    incident: incidentViewSchema,
  }),
  z.strictObject({ type: z.literal('timeline'), at: time, entry: timelineEntrySchema }),
])
export type WatchLine = z.infer<typeof watchLineSchema>
