import { Readable } from 'node:stream'
import type { Stack } from '../../../../shared/domain/stack.ts'
import type { Unit } from '../../../../shared/domain/unit.ts'
import { stackUnitPatterns } from '../../../../shared/stack/unit-patterns.ts'
import type { RenderWanted } from '../../../adapters/compose/render-model.ts'
import type { DockerPlace } from '../../../adapters/docker/config-file.ts'
import type { EngineEvidence } from '../../../adapters/docker/evidence.ts'
import type { SystemdUnits } from '../../../adapters/systemd/systemd-units.ts'
import type { BackupSource, SourceItem } from '../source.ts'
import { dockerSettings } from './docker-settings.ts'
import { hostTree } from './host-tree.ts'
import { containerRecord, jsonText, modelRecord, type Openness } from './machine-records.ts'
import type { Document, Section } from './machine-section.ts'
import { portMap } from './port-map.ts'

export type MachineParts = {
  stack: Stack
  /** The repository is encrypted: keys, logins and values of variables may be kept. */
  keepsSecrets: boolean
  place: DockerPlace
  systemd: readonly { scope: Unit['scope']; units: Pick<SystemdUnits, 'list' | 'files'> }[]
  /** Besides the usual names of a monitoring stack's units. */
  unitPatterns: readonly string[]
  /** Of the home engine; rejects where it does not answer. */
  evidence: (signal: AbortSignal) => Promise<EngineEvidence>
  render: (wanted: RenderWanted, signal: AbortSignal) => Promise<unknown>
  procRoot?: string
  /** Where the machine's own settings of Docker are. */
  etcDocker?: string
}

/** Before the path of each file of this machine; everything else in the component was asked for. */
export const hostPrefix = 'host/'

/** Units without which no container runs. */
const dockerUnits = ['docker.service', 'docker-desktop.service', 'containerd.service']

/**
 * What surrounds the stack on this machine: Docker's contexts and settings, systemd units, who
 * listens where, containers and images as the engine describes them, the rendered model. Each
 * part by itself: what cannot be had is a gap, and the rest is kept.
 */
export function machineSource(parts: MachineParts): BackupSource {
  return {
    id: 'machine',
    kind: 'machine',
    title: 'This machine',
    packing: 'self-contained',
    async open(signal) {
      const openness = { keepsSecrets: parts.keepsSecrets }
      const evidence = await parts.evidence(signal).catch((error: Error) => error)
      signal.throwIfAborted()
      const sections = await Promise.all([
        engineSection(evidence, openness),
        section('Docker settings', dockerSettings(parts, openness)),
        section('listening ports', portMap(evidence, parts.procRoot)),
        ...parts.systemd.map((one) => section('systemd units', unitSection(one, parts, signal))),
        ...modelsOf(parts.stack).map((wanted) => modelSection(wanted, parts, openness, signal)),
      ])
      signal.throwIfAborted()
      const documents = sections
        .flatMap((one) => one.documents ?? [])
        .toSorted((a, b) => (a.path < b.path ? -1 : 1))
      const files = sections.flatMap((one) => one.files ?? [])
      const tree = hostTree(files, { signal, followLinks: true })
      const withheld = sections.flatMap((one) => one.withheld ?? [])
      const gaps = sections.flatMap((one) => one.gaps ?? [])
      return {
        consistency: 'live',
        facts: {
          hostFilesBelow: hostPrefix,
          ...(withheld.length > 0 && { withheld: withheld.join('\n') }),
        },
        items: itemsOf(documents, tree),
        gaps: () => [...gaps, ...tree.gaps()],
        close: async () => {},
      }
    },
  }
}

async function* itemsOf(
  documents: readonly Document[],
  files: AsyncIterable<SourceItem>,
): AsyncGenerator<SourceItem> {
  for (const document of documents) yield itemOf(document)
  for await (const item of files) yield { ...item, path: `${hostPrefix}${item.path}` }
}

function itemOf({ path, text }: Document): SourceItem {
  const content = Buffer.from(text)
  return {
    path,
    type: 'file',
    mode: 0o600,
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
    // Not now: the same texts make the same pack, which is then stored once.
    mtimeSeconds: 0,
    sizeBytes: content.length,
    open: () => Readable.from([content], { objectMode: false }),
  }
}

/** A part that cannot be had is a gap. */
async function section(what: string, asked: Promise<Section>): Promise<Section> {
  try {
    return await asked
  } catch (error) {
    return { gaps: [`The ${what} are missing: ${(error as Error).message}`] }
  }
}

async function engineSection(
  evidence: EngineEvidence | Error,
  openness: Openness,
): Promise<Section> {
  if (evidence instanceof Error) {
    return { gaps: [`The containers and images are not described: ${evidence.message}`] }
  }
  const { containers, images } = evidence
  return {
    documents: [
      { path: 'images.json', text: jsonText(images, { keepsSecrets: true }) },
      ...containers.map(({ name, inspect }) => ({
        path: `containers/${name}.json`,
        text: containerRecord(inspect, openness),
      })),
    ],
    withheld:
      openness.keepsSecrets || containers.length === 0
        ? []
        : ['The values of variables in the descriptions of containers.'],
  }
}

/** A project that is brought up in several steps has a model for each. */
function modelsOf({ projects }: Stack): (RenderWanted & { path: string })[] {
  return projects.flatMap(({ name: project, workingDir, starts }) =>
    starts
      .filter(({ files }) => files.length > 0)
      .map(({ files, envFiles }, index) => ({
        path: `compose/${project}${index === 0 ? '' : `.${index + 1}`}.json`,
        project,
        workingDir,
        files,
        envFiles,
      })),
  )
}

async function modelSection(
  wanted: RenderWanted & { path: string },
  { render }: MachineParts,
  openness: Openness,
  signal: AbortSignal,
): Promise<Section> {
  try {
    const model = await render(wanted, signal)
    return { documents: [{ path: wanted.path, text: modelRecord(model, openness) }] }
  } catch (error) {
    const why = (error as Error).message
    return { gaps: [`The rendered model of ${wanted.project} is missing: ${why}`] }
  }
}

async function unitSection(
  { scope, units }: MachineParts['systemd'][number],
  { unitPatterns }: MachineParts,
  signal: AbortSignal,
): Promise<Section> {
  let found: Unit[]
  try {
    found = await units.list([...dockerUnits, ...stackUnitPatterns, ...unitPatterns], signal)
  } catch (error) {
    // A machine, or a session, without systemd has no units that could be missing.
    if ((error as { code?: string }).code === 'not-found') return {}
    throw error
  }
  const written = new Map((await units.files(found, signal)).map((one) => [one.name, one]))
  const records = found.map(({ name, active, sub, enablement, description }) => {
    const it = written.get(name)
    return {
      name,
      description,
      active,
      sub,
      enablement: it?.enablement || enablement,
      needsReload: it?.needsReload ?? false,
      file: it?.file ?? '',
      dropIns: it?.dropIns ?? [],
      environmentFiles: it?.environmentFiles.map(({ path }) => path) ?? [],
    }
  })
  const path = scope === 'system' ? 'systemd/units.json' : 'systemd/user-units.json'
  return {
    documents: [{ path, text: jsonText(records, { keepsSecrets: true }) }],
    files: [...written.values()].flatMap(({ name, file, dropIns, environmentFiles }) => [
      ...[file, ...dropIns]
        .filter((one) => one !== '')
        .map((one) => ({ path: one, role: `file of the unit ${name}` })),
      ...environmentFiles
        .filter((one) => !/[*?[]/.test(one.path))
        .map((one) => ({
          path: one.path,
          role: `variables of the unit ${name}`,
          isOptional: one.isOptional,
        })),
    ]),
  }
}
