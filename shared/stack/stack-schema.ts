import { z } from 'zod'
import { engineKinds } from '../domain/engine.ts'
import type { BackupChoices, MonitoringChoices, Stack } from '../domain/stack.ts'
import { resolvePath } from './paths.ts'

// The layout of a stack file, strict and with its defaults. The descriptions go into
// the published JSON Schema, where editors show them.

export const currentVersion = 1

export const nameSchema = z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/, {
  error: 'must begin with a letter or digit and hold only letters, digits, "_", "." and "-"',
})

const anyPath = z.string().min(1)

/** A pattern rather than a refinement, so that the published schema says it too. */
const absolutePath = z
  .string()
  .regex(/^\//, { error: 'must be an absolute path, one that begins with "/"' })

const endpoint = z.string().regex(/^(unix|tcp|ssh|http|https|npipe|fd):\/\/./, {
  error: 'must be an endpoint such as unix:///var/run/docker.sock, tcp://… or ssh://…',
})

const shortPort =
  /^((\[[0-9a-fA-F:.]+\]|\d+(\.\d+){3}):)?((\d+(-\d+)?)?:)?\d+(-\d+)?(\/(tcp|udp|sctp))?$/
const port = z
  .union([
    z.string().regex(shortPort, {
      error: 'must be a port in the short form of Compose, for example "9090:9090"',
    }),
    z.int().min(1).max(65_535),
  ])
  .describe('Short form of Compose, for example "9090:9090"; "9090" lets the engine choose')

const portNumber = z.int({ error: 'must be a port number' }).min(1).max(65_535)

const exporter = z
  .strictObject({
    port: portNumber.describe('Port in the container on which it serves /metrics'),
    kind: z.string().min(1).describe('What it exports, for example node, nvidia-gpu or blackbox'),
  })
  .describe('Present when the service serves metrics for Prometheus')

const service = z.strictObject({
  image: z.string().min(1).describe('Image as the compose file names it'),
  ports: z.array(port).default([]).describe('Ports published on the host'),
  config: z
    .array(absolutePath)
    .default([])
    .describe('Host paths of the configuration that is bind-mounted into it'),
  exporter: exporter.optional(),
  oneShot: z
    .boolean()
    .default(false)
    .describe('Runs to its end and exits with 0: that it is gone is right'),
})

const start = z
  .strictObject({
    files: z
      .array(anyPath)
      .describe('Compose files, always given together; absolute, or relative to workingDir'),
    envFiles: z
      .array(anyPath)
      .default([])
      .describe('Files given with --env-file; absolute, or relative to workingDir'),
    services: z
      .record(z.string().min(1), service)
      .refine((services) => Object.keys(services).length > 0, {
        error: 'is empty: a start brings up at least one service',
      })
      .meta({ minProperties: 1 })
      .describe('Services by name, as in the compose files'),
  })
  .describe('One "docker compose up"')

const project = z.strictObject({
  name: nameSchema.describe('Name of the compose project (com.docker.compose.project)'),
  workingDir: absolutePath.describe('Directory in which compose is called'),
  starts: z
    .array(start)
    .min(1, { error: 'is empty: a compose project needs at least one start' })
    .describe('One "docker compose up" each, in the order in which they are brought up'),
})

const home = z
  .strictObject({
    context: z.string().min(1).describe('Docker context that should be current'),
    engineId: z
      .string()
      .min(1)
      .describe('ID of the engine (docker info --format "{{.ID}}"); names can move, this cannot'),
    engineKind: z.enum(engineKinds).default('unknown').describe('Kind of that engine'),
    endpoint: endpoint.describe('Where the context points'),
  })
  .describe('The context and the engine that the stack belongs to')

const stayHome = z
  .strictObject({
    enabled: z.boolean().default(false).describe('Switch back without being asked'),
    countdownSeconds: z
      .int({ error: 'must be a whole number of seconds' })
      .min(5)
      .max(3600)
      .default(30)
      .describe('How long the countdown can be seen, and cancelled, before it switches'),
  })
  .describe('Switches back by itself after a visible countdown; off unless enabled here')

const seconds = z.int({ error: 'must be a whole number of seconds' }).min(1).max(86_400)

const httpUrl = z.string().regex(/^https?:\/\/[^\s/?#@]+([/?][^\s#]*)?$/, {
  error: 'must be a URL such as http://127.0.0.1:9090, without a name or password',
})

const monitoring = z
  .strictObject({
    urls: z
      .record(z.string().min(1), httpUrl)
      .optional()
      .describe('Where a service can be asked when its published port does not say it'),
    everySeconds: z
      .strictObject({
        exporters: seconds.optional().describe('Each exporter, by HTTP; 15 unless given'),
        programs: seconds.optional().describe('Prometheus, Grafana, Loki …; 15 unless given'),
        dashboards: seconds.optional().describe('The queries of all panels; 300 unless given'),
        gpus: seconds.optional().describe('The cards; 5 unless given'),
        files: seconds.optional().describe('Files without a watch; 60 unless given'),
      })
      .optional()
      .describe('How often to look'),
    units: z
      .array(z.string().regex(/^[\w@:.*?\\-]+$/, { error: 'must be the name of a unit or a glob' }))
      .optional()
      .describe('systemd units that do, or could do, the work of a service; globs'),
    watchdog: z
      .strictObject({
        listenPort: portNumber.describe('Port on 127.0.0.1 where Sentinel is a webhook receiver'),
        everySeconds: seconds.default(60).describe('How often the Watchdog alert is sent'),
      })
      .optional()
      .describe("Receives Alertmanager's Watchdog alert, and tells when it stops"),
  })
  .describe('How the stack is watched, where the rest of this file does not say it')

const cron = z.string().regex(/^\s*(\S+\s+){4}\S+\s*$|^@(hourly|daily|weekly|monthly)$/, {
  error: 'must be a cron line of five fields such as "15 2 * * *", or @daily',
})
const kept = (usual: number) => z.int({ error: 'must be a whole number' }).min(0).default(usual)

const backup = z
  .strictObject({
    repository: absolutePath.optional().describe('Directory that holds the snapshots'),
    schedule: z
      .union([cron.transform((line) => [line]), z.array(cron)], {
        error: 'must be a cron line of five fields such as "15 2 * * *", or a list of them',
      })
      .default([])
      .describe('When to take a snapshot, as cron lines by the clock of this machine'),
    keep: z
      .strictObject({
        last: kept(3).describe('The newest, whenever they were taken'),
        hourly: kept(24).describe('The newest of each of so many hours'),
        daily: kept(7).describe('The newest of each of so many days'),
        weekly: kept(4).describe('The newest of each of so many weeks'),
        monthly: kept(6).describe('The newest of each of so many months'),
      })
      .prefault({})
      .describe('How many snapshots to keep; pinned ones come on top'),
    mayStop: z
      .array(z.string().min(1))
      .default([])
      .describe('Services that may be stopped while their data is read; they are started again'),
    withoutVolumes: z.array(z.string().min(1)).default([]).describe('Volumes left out; globs'),
    recipients: z
      .array(z.string().regex(/^age1[a-z0-9]+$/, { error: 'must be an age recipient, age1…' }))
      .default([])
      .describe('With age recipients everything new is encrypted to them'),
    onBattery: z.boolean().default(false).describe('Take scheduled snapshots on battery too'),
    duringPlans: z
      .boolean()
      .default(false)
      .describe('Take scheduled snapshots while a plan is carried out too'),
    afterResumeSeconds: z
      .int()
      .min(0)
      .max(86_400)
      .default(300)
      .describe('How long a missed snapshot waits after the machine woke up'),
    beforePlans: z
      .boolean()
      .default(true)
      .describe('Keep the configuration before each plan that changes something'),
    drill: z
      .strictObject({
        schedule: cron.describe('When to prove that the newest snapshot can be restored'),
        context: z
          .string()
          .min(1)
          .optional()
          .describe('On the engine of this context; home otherwise'),
      })
      .optional()
      .describe('Restores the newest snapshot beside the stack, on free ports, and takes it down'),
    secondCopy: z
      .strictObject({
        to: z.string().min(1).describe('A restic repository: a directory, sftp:…, s3:…, rest:…'),
        schedule: cron.describe('When to copy what is new'),
        checkEveryDays: z
          .int()
          .min(1)
          .max(365)
          .default(7)
          .describe('How often restic reads its copy again; a seventh of it each time'),
      })
      .optional()
      .describe('A second copy by restic 0.17 or newer; its password is kept in the keyring'),
  })
  .describe('Local backups; nothing is taken by itself without a schedule')

export const stackFileSchema = z.strictObject({
  version: z.literal(currentVersion).describe('Version of this layout'),
  name: nameSchema.describe('Name of the stack, as Odin Sentinel shows it'),
  home,
  projects: z
    .array(project)
    .min(1, { error: 'is empty: a stack needs at least one compose project' })
    .describe('The compose projects that make up the stack'),
  stayHome: stayHome.prefault({}),
  monitoring: monitoring.optional(),
  backup: backup.optional(),
})

type StackFile = z.infer<typeof stackFileSchema>

/** Paths become absolute, services a list, defaults that say nothing go away. */
export function stackOf(file: StackFile): Stack {
  return {
    name: file.name,
    home: file.home,
    projects: file.projects.map((project) => ({
      name: project.name,
      workingDir: resolvePath('/', project.workingDir),
      starts: project.starts.map((start) => ({
        files: start.files.map((path) => resolvePath(project.workingDir, path)),
        envFiles: start.envFiles.map((path) => resolvePath(project.workingDir, path)),
        services: Object.entries(start.services).map(([name, service]) => ({
          name,
          image: service.image,
          ports: service.ports.map(String),
          config: service.config.map((path) => resolvePath('/', path)),
          ...(service.exporter && { exporter: service.exporter }),
          ...(service.oneShot && { oneShot: true }),
        })),
      })),
    })),
    stayHome: file.stayHome,
    ...(file.monitoring && { monitoring: withoutAbsent(file.monitoring) }),
    ...(file.backup && { backup: backupOf(file.backup) }),
  }
}

/** What holds where a stack file says nothing about backups: only when asked, the usual numbers. */
export const usualBackup: BackupChoices = backupOf(backup.parse({}))

/** What a new stack begins with: protected from day one, and to be seen in its file. */
export const firstBackup: BackupChoices = { ...usualBackup, schedule: ['15 2 * * *'] }

function backupOf(said: NonNullable<StackFile['backup']>): BackupChoices {
  const { repository, drill, secondCopy, ...rest } = said
  return {
    ...rest,
    ...(repository && { repository: resolvePath('/', repository) }),
    ...(drill && {
      drill: { schedule: drill.schedule, ...(drill.context && { context: drill.context }) },
    }),
    ...(secondCopy && { secondCopy }),
  }
}

/** exactOptionalPropertyTypes: what is not there is left out, not undefined. */
function withoutAbsent(said: NonNullable<StackFile['monitoring']>): MonitoringChoices {
  const everySeconds = Object.fromEntries(
    Object.entries(said.everySeconds ?? {}).filter(([, value]) => value !== undefined),
  )
  return {
    ...(said.urls && { urls: said.urls }),
    ...(said.everySeconds && { everySeconds }),
    ...(said.units && { units: said.units }),
    ...(said.watchdog && { watchdog: said.watchdog }),
  }
}

/** What the schema cannot say by itself: names that must be unique across branches. */
export function duplicatesOf(file: StackFile): { path: PropertyKey[]; sentence: string }[] {
  const found: { path: PropertyKey[]; sentence: string }[] = []
  const projects = new Set<string>()
  file.projects.forEach((project, p) => {
    if (projects.has(project.name)) {
      found.push({
        path: ['projects', p, 'name'],
        sentence: `The compose project ${project.name} is listed twice, expected once.`,
      })
    }
    projects.add(project.name)
    const services = new Set<string>()
    project.starts.forEach((start, s) => {
      for (const service of Object.keys(start.services)) {
        if (services.has(service)) {
          found.push({
            path: ['projects', p, 'starts', s, 'services', service],
            sentence: `The service ${service} is in two starts of project ${project.name}, expected in one.`,
          })
        }
        services.add(service)
      }
    })
  })
  return found
}
