import { Document, type Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml'
import type {
  BackupChoices,
  ComposeProject,
  ComposeStart,
  MonitoringChoices,
  Stack,
  StackService,
} from '../domain/stack.ts'
import { shortenPath } from './paths.ts'
import { currentVersion } from './stack-schema.ts'

type RenderOptions = {
  /** Path or URL of the published JSON Schema, for editors. */
  schema?: string
}

/**
 * The stack as a file that a person would like to find: commented, in a stable order,
 * paths short where they lie in the working directory. Parsing it gives the same stack.
 */
export function renderStackFile(stack: Stack, options: RenderOptions = {}): string {
  const document = new Document()
  document.contents = map([
    entry('version', currentVersion),
    entry('name', stack.name),
    entry('home', homeNode(stack), sections.home),
    entry('projects', list(stack.projects.map(projectNode)), sections.projects),
    entry(
      'stayHome',
      map(Object.entries(stack.stayHome).map(([k, v]) => entry(k, v))),
      sections.stayHome,
    ),
    ...(stack.backup ? [entry('backup', backupNode(stack.backup), sections.backup)] : []),
    ...(stack.monitoring
      ? [entry('monitoring', monitoringNode(stack.monitoring), sections.monitoring)]
      : []),
  ])
  if (!stack.monitoring) document.comment = `${sections.monitoring}\n${sections.noMonitoring}`
  const schemaLine = options.schema ? ` yaml-language-server: $schema=${options.schema}\n` : ''
  document.commentBefore = `${schemaLine}${sections.top}`
  return document.toString({ lineWidth: 0, flowCollectionPadding: false })
}

const comment = (...lines: string[]): string => lines.map((line) => ` ${line}`).join('\n')

const sections = {
  top: comment(
    'What Odin Sentinel guards, as you accepted it. Edit it freely: a mistake is reported',
    'with its line, and the last good version stays in force until it is mended.',
  ),
  home: comment(
    'Where the stack belongs. The engine is known by its ID, because a context is only a',
    'name that can be pointed elsewhere; "docker info" shows the ID of an engine.',
  ),
  projects: comment(
    'The compose projects of the stack. Each start is one "docker compose up": its files are',
    'always given together, and the starts come up in this order. Paths of files are relative',
    'to workingDir. config names what is bind-mounted as configuration; oneShot marks a service',
    'that runs to its end, so that nobody is told it has stopped.',
  ),
  stayHome: comment(
    'Stay home switches the context back without being asked, after a countdown that can be',
    'seen and cancelled. Off unless enabled here.',
  ),
  backup: comment(
    'When a snapshot of configuration and data is taken (cron, by the clock of this machine),',
    'and how many are kept. schedule: [] takes one only when asked. The snapshots lie in',
    '$XDG_DATA_HOME/odin-sentinel/backups unless "repository" names another directory.',
  ),
  monitoring: comment(
    'How the stack is watched, where the above does not say it: where a service can be asked,',
    'how often, which systemd units belong to it, and where the Watchdog alert is received.',
    'Tokens do not belong in this file.',
  ),
  noMonitoring: comment(
    'monitoring:',
    '  urls: { prometheus: "http://127.0.0.1:9090" }',
    '  everySeconds: { exporters: 15, programs: 15, dashboards: 300, gpus: 5, files: 60 }',
    '  units: ["*exporter*.service", "prometheus*.service"]',
    '  watchdog: { listenPort: 9847, everySeconds: 60 }',
  ),
}

function homeNode({ home }: Stack): YAMLMap {
  return map([
    entry('context', home.context),
    entry('engineId', home.engineId),
    entry('engineKind', home.engineKind),
    entry('endpoint', home.endpoint),
  ])
}

function projectNode(project: ComposeProject): YAMLMap {
  return map([
    entry('name', project.name),
    entry('workingDir', project.workingDir),
    entry('starts', list(project.starts.map((start) => startNode(start, project.workingDir)))),
  ])
}

function startNode(start: ComposeStart, workingDir: string): YAMLMap {
  const short = (paths: readonly string[]) =>
    line(paths.map((path) => new Scalar(shortenPath(workingDir, path))))
  return map([
    entry('files', short(start.files)),
    ...(start.envFiles.length > 0 ? [entry('envFiles', short(start.envFiles))] : []),
    entry(
      'services',
      map(start.services.map((service) => entry(service.name, serviceNode(service)))),
    ),
  ])
}

function serviceNode(service: StackService): YAMLMap {
  const { ports, config, exporter } = service
  return map([
    entry('image', service.image),
    ...(ports.length > 0 ? [entry('ports', line(ports.map(quoted)))] : []),
    ...(config.length > 0 ? [entry('config', list(config.map((path) => new Scalar(path))))] : []),
    ...(exporter ? [entry('exporter', exporterNode(exporter))] : []),
    ...(service.oneShot ? [entry('oneShot', true)] : []),
  ])
}

function exporterNode(exporter: { port: number; kind: string }): YAMLMap {
  const node = map([entry('port', exporter.port), entry('kind', exporter.kind)])
  node.flow = true
  return node
}

function backupNode(choices: BackupChoices): YAMLMap {
  const { repository, schedule, keep, mayStop, withoutVolumes, recipients, ...rest } = choices
  const texts = (key: string, all: readonly string[]) =>
    all.length > 0 ? [entry(key, line(all.map(quoted)))] : []
  return map([
    ...(repository ? [entry('repository', repository)] : []),
    entry('schedule', line(schedule.map(quoted))),
    entry('keep', flow(keep)),
    ...texts('mayStop', mayStop),
    ...texts('withoutVolumes', withoutVolumes),
    ...texts('recipients', recipients),
    entry('onBattery', rest.onBattery),
    entry('duringPlans', rest.duringPlans),
    entry('afterResumeSeconds', rest.afterResumeSeconds),
    entry('beforePlans', rest.beforePlans),
    ...(rest.drill ? [entry('drill', quotedValues(rest.drill))] : []),
    ...(rest.secondCopy ? [entry('secondCopy', quotedValues(rest.secondCopy))] : []),
  ])
}

const quotedValues = (values: object): YAMLMap =>
  map(
    Object.entries(values).map(([key, value]) =>
      entry(key, typeof value === 'string' ? quoted(value) : value),
    ),
  )

function flow(values: object): YAMLMap {
  const node = map(Object.entries(values).map(([key, value]) => entry(key, value)))
  node.flow = true
  return node
}

function monitoringNode({ urls, everySeconds, units, watchdog }: MonitoringChoices): YAMLMap {
  return map([
    ...(urls
      ? [entry('urls', map(Object.entries(urls).map(([k, v]) => entry(k, quoted(v)))))]
      : []),
    ...(everySeconds ? [entry('everySeconds', flow(everySeconds))] : []),
    ...(units ? [entry('units', line(units.map(quoted)))] : []),
    ...(watchdog ? [entry('watchdog', flow(watchdog))] : []),
  ])
}

type Value = string | number | boolean | Node

function entry(key: string, value: Value, before?: string): Pair {
  const keyNode = new Scalar(key)
  if (before) {
    keyNode.commentBefore = before
    keyNode.spaceBefore = true
  }
  return new Pair(keyNode, typeof value === 'object' ? value : scalar(value))
}

/** Always on one line, so that an edit in place stays simple. */
const scalar = (value: string | number | boolean): Scalar =>
  typeof value === 'string' && value.includes('\n') ? quoted(value) : new Scalar(value)

function map(entries: readonly Pair[]): YAMLMap {
  const node = new YAMLMap()
  node.items.push(...entries)
  return node
}

function list(items: readonly Node[]): YAMLSeq {
  const node = new YAMLSeq()
  node.items.push(...items)
  return node
}

function line(items: readonly Node[]): YAMLSeq {
  const node = list(items)
  node.flow = true
  return node
}

/** YAML 1.1 readers take 22:22 for a number in base 60. */
function quoted(text: string): Scalar {
  const node = new Scalar(text)
  node.type = Scalar.QUOTE_DOUBLE
  return node
}
