import { z } from 'zod'
import { datasourceHealths } from '../domain/grafana.ts'
import { portProtocols } from '../domain/port.ts'
import { targetHealths } from '../domain/prometheus.ts'
import { unitScopes } from '../domain/unit.ts'
import { fileRoles, fileStates } from '../domain/watched-file.ts'

// What is published of one stack beyond its containers: the window's Monitoring, GPUs, Ports and
// Changes, and `exporters`, `targets`, `dashboards`, `gpus`, `units`, `ports`, `drift` with --json.

const time = z.iso.datetime()
const owner = { project: z.string(), service: z.string() }

/** `cannot-tell` says in `sentence` why. */
const state = z.enum(['works', 'broken', 'cannot-tell'])

const exporterRowSchema = z.strictObject({
  ...owner,
  kind: z.string(),
  url: z.string().nullable().describe('null when the service publishes no port to be asked on'),
  state,
  sentence: z.string(),
  samples: z.number().nullable(),
  tookMs: z.number().nullable(),
  at: time.nullable(),
})

const targetRowSchema = z.strictObject({
  job: z.string(),
  instance: z.string(),
  url: z.string(),
  health: z.enum(targetHealths),
  error: z.string(),
  lastScrapeAt: time.nullable(),
  newestSampleAt: time.nullable().describe('of the job'),
})

const dashboardRowSchema = z.strictObject({
  uid: z.string(),
  title: z.string(),
  folder: z.string(),
  panels: z.number().describe('panels that could be checked'),
  withData: z.number(),
  broken: z.array(
    z.strictObject({
      title: z.string(),
      state: z.enum(['no-data', 'error']),
      message: z.string(),
      since: time.nullable(),
      lastDataAt: time.nullable().describe('null when it was never seen with data'),
    }),
  ),
  unchecked: z
    .array(z.strictObject({ title: z.string(), why: z.string() }))
    .describe('panels of which nobody can tell'),
})

const datasourceRowSchema = z.strictObject({
  uid: z.string(),
  name: z.string(),
  type: z.string(),
  health: z.enum(datasourceHealths),
  message: z.string(),
})

const programRowSchema = z.strictObject({
  ...owner,
  role: z.enum(['prometheus', 'alertmanager', 'grafana', 'loki', 'log shipper', 'watchdog']),
  url: z.string(),
  state,
  sentence: z.string(),
})

const maybe = z.number().nullable()

const gpuRowSchema = z.strictObject({
  index: z.number(),
  uuid: z.string(),
  name: z.string(),
  asleep: z.boolean(),
  utilisationRatio: maybe,
  memoryUsedBytes: maybe,
  memoryTotalBytes: maybe,
  temperatureCelsius: maybe,
  powerWatts: maybe,
  powerLimitWatts: maybe,
  migEnabled: z.boolean().nullable(),
  migDevices: z
    .array(
      z.strictObject({
        index: z.number(),
        profile: z.string().nullable(),
        uuid: z.string().nullable(),
        memoryUsedBytes: maybe,
        memoryTotalBytes: maybe,
      }),
    )
    .describe('the parts of a card that is cut up by MIG'),
  processes: z.array(z.strictObject({ pid: z.number(), name: z.string(), memoryBytes: maybe })),
  history: z.array(
    z.strictObject({
      at: time,
      utilisationRatio: maybe,
      memoryUsedBytes: maybe,
      temperatureCelsius: maybe,
      powerWatts: maybe,
    }),
  ),
})

const unitRowSchema = z.strictObject({
  name: z.string(),
  scope: z.enum(unitScopes),
  description: z.string(),
  active: z.string(),
  sub: z.string(),
  enablement: z.string(),
  ports: z.array(z.number()).describe('ports that it listens on'),
})

const portRowSchema = z.strictObject({
  port: z.number(),
  protocol: z.enum(portProtocols),
  addresses: z.array(z.string()),
  owner: z.string().nullable().describe('null while nobody listens'),
  ownerKind: z.enum(['container', 'unit', 'process', 'unknown', 'nobody']),
  wantedBy: z.array(z.string()).describe('services of the stack that publish it'),
  conflict: z.boolean(),
  since: time.nullable(),
})

const driftRowSchema = z.strictObject({
  what: z.enum(['file', 'image', 'compose']),
  subject: z.string().describe('a path, or project/service'),
  state: z.enum(['same', 'changed', 'missing', 'new', 'cannot-tell']),
  accepted: z.string().nullable(),
  observed: z.string().nullable(),
  changedAt: time.nullable(),
})

export const monitoringViewSchema = z.strictObject({
  at: time,
  stack: z.string(),
  programs: z.array(programRowSchema),
  exporters: z.array(exporterRowSchema),
  targets: z.array(targetRowSchema),
  datasources: z.array(datasourceRowSchema),
  dashboards: z.array(dashboardRowSchema),
  dashboardsCheckedAt: time.nullable(),
  gpus: z.strictObject({
    state,
    sentence: z.string(),
    driverVersion: z.string().nullable(),
    cards: z.array(gpuRowSchema),
  }),
  units: z.array(unitRowSchema),
  ports: z.array(portRowSchema),
  drift: z.array(driftRowSchema),
  acceptedAt: time.nullable().describe('when the baseline was accepted'),
  host: z
    .strictObject({
      hostname: z.string(),
      kernel: z.string(),
      bootAt: time,
      memoryBytes: z.number(),
      memoryUsedBytes: z.number(),
      cpuLoadRatio: z.number(),
      disks: z.array(
        z.strictObject({
          mount: z.string(),
          sizeBytes: z.number(),
          freeBytes: z.number(),
          room: z.enum(['enough', 'little', 'hardly any']),
          directories: z.array(z.string()).describe('data directories of the stack on it'),
          fillsBytesPerHour: maybe.describe('null until it was watched for ten minutes'),
          fullAt: time.nullable().describe('at this rate'),
        }),
      ),
    })
    .nullable(),
  files: z.array(
    z.strictObject({
      path: z.string(),
      role: z.enum(fileRoles),
      state: z.enum(fileStates),
      sizeBytes: maybe,
      modifiedAt: time.nullable(),
    }),
  ),
  blind: z.array(z.strictObject({ source: z.string(), failure: z.string() })),
})
export type MonitoringView = z.infer<typeof monitoringViewSchema>
export type ExporterRow = z.infer<typeof exporterRowSchema>
export type TargetRow = z.infer<typeof targetRowSchema>
export type DashboardRow = z.infer<typeof dashboardRowSchema>
export type ProgramRow = z.infer<typeof programRowSchema>
export type GpuRow = z.infer<typeof gpuRowSchema>
export type UnitRow = z.infer<typeof unitRowSchema>
export type PortRow = z.infer<typeof portRowSchema>
export type FileRow = MonitoringView['files'][number]
export type HostPart = NonNullable<MonitoringView['host']>
export type DiskRow = HostPart['disks'][number]
export type DriftRow = z.infer<typeof driftRowSchema>
