import type { Dirent } from 'node:fs'
import { lstat, opendir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Container, Mount } from '../../../../shared/domain/container.ts'
import type { Stack } from '../../../../shared/domain/stack.ts'
import { globs } from '../../../../shared/kit/globs.ts'
import type { Variables } from '../../../../shared/stack/compose/interpolate.ts'
import { hostPath, kindOfBind } from '../../../../shared/stack/configuration-mounts.ts'
import { composeFilesOf } from './compose-files.ts'
import type { HostRoot } from './host-tree.ts'

/** A directory of this machine that containers keep data in: a volume in disguise. */
export type BoundDirectory = {
  /** Absolute, with every link on the way followed. */
  path: string
  usedBy: readonly { project: string; service: string; destination: string; readOnly: boolean }[]
}

/** Everything of a stack that lies on this machine's own disk. */
export type HostFiles = {
  configuration: readonly HostRoot[]
  data: readonly BoundDirectory[]
  /** Directories of data, and what else must not be read as configuration. */
  without: ReadonlySet<string>
  gaps: readonly string[]
  /** What is not the stack's own or is wanted by nobody, a sentence each. */
  leftOut: readonly string[]
}

export type HostFilesParts = {
  stack: Stack
  /** Of its projects, as they were seen last; empty where no engine answers. */
  containers: readonly Container[]
  /** The stack file, settings.yaml. */
  ownFiles?: readonly string[]
  env?: Variables
  limits?: { files: number; bytes: number }
}

/** A directory above either is no configuration that a person wrote. */
const usualLimits = { files: 2_000, bytes: 64 * 1024 * 1024 }

/** In what images are built from: made anew by whoever builds. */
const madeAnew: ReadonlySet<string> = new Set([
  '.git',
  'node_modules',
  '__pycache__',
  '.venv',
  'venv',
  'target',
])

type Bind = Omit<Mount, 'type'> & { project: string; service: string; workingDir: string }

export async function findHostFiles(parts: HostFilesParts): Promise<HostFiles> {
  const { stack, ownFiles = [], env = process.env, limits = usualLimits } = parts
  const roots: HostRoot[] = ownFiles.map((path) => ({ path, role: 'file of Odin Sentinel' }))
  const gaps: string[] = []
  const leftOut: string[] = []
  const binds: Bind[] = []
  const builds: { service: string; context: string; dockerfile: string }[] = []

  for (const { name: project, workingDir, starts } of stack.projects) {
    for (const start of starts) {
      const found = await composeFilesOf(start, { name: project, workingDir }, env)
      roots.push(...found.roots)
      gaps.push(...found.gaps)
      builds.push(...found.builds)
      binds.push(...found.binds.map((bind) => ({ ...bind, project, workingDir })))
      for (const { name: service, config } of start.services) {
        for (const source of config) {
          // What the stack file calls configuration is at least a part of it.
          binds.push({ ...aConfiguration, source, project, service, workingDir })
        }
      }
    }
    binds.push(...bindsOf(parts.containers, project, workingDir))
  }

  // Paths of binds are those of the engine's machine.
  if (!stack.home.endpoint.startsWith('unix://') && binds.length > 0) {
    binds.length = 0
    leftOut.push(`What ${stack.home.endpoint} mounts lies on another machine, and is left out.`)
  }
  const data = new Map<string, BoundDirectory['usedBy'][number][]>()
  const without = new Set<string>(stack.backup?.repository ? [stack.backup.repository] : [])
  const isUnwanted = globs(stack.backup?.withoutVolumes ?? [])
  for (const [source, all] of Map.groupBy(binds, (bind) => hostPath(bind.source))) {
    const kinds = all.map((bind) =>
      bind.destination === '' ? 'configuration' : kindOfBind(bind, bind.workingDir),
    )
    if (kinds.every((kind) => kind === 'machine')) continue
    const users = [...new Set(all.map(({ project, service }) => `${project}/${service}`))].join(
      ', ',
    )
    const stats = await stat(source).catch(() => undefined)
    const isConfiguration = kinds.includes('configuration')
    if (stats && (isUnwanted(source) || isUnwanted(`volume:${source}`))) {
      leftOut.push(`${source} is left out, as the stack file says.`)
      without.add(await realpath(source))
    } else if (!stats?.isDirectory()) {
      if (stats && !stats.isFile()) continue
      if (stats && stats.size > limits.bytes) {
        gaps.push(`${source} is larger than any configuration, and is left out.`)
        without.add(await realpath(source))
      } else roots.push({ path: source, role: `configuration of ${users}` })
    } else if (isConfiguration && (await isSmall(source, limits))) {
      roots.push({ path: source, role: `configuration of ${users}` })
    } else if (isConfiguration || kinds.includes('data')) {
      const path = await realpath(source)
      const mounted = all.filter(({ destination }) => destination !== '')
      const users = mounted.length > 0 ? mounted : all
      data.set(path, [...(data.get(path) ?? []), ...users.map(usage)])
      without.add(path)
    } else {
      leftOut.push(`${source} is only read by ${users}, and is left out.`)
    }
  }
  for (const { service, context, dockerfile } of builds) {
    const role = `directory that the image of ${service} is built from`
    const isThere = await lstat(context).catch(() => undefined)
    roots.push({ path: dockerfile, role: `Dockerfile of ${service}`, isOptional: true })
    if (isThere && !(await isSmall(context, limits, without))) {
      leftOut.push(`${context}, the ${role}, is large: only its Dockerfile is kept.`)
    } else roots.push({ path: context, role, withoutNames: madeAnew })
  }
  return {
    configuration: onlyOnce(roots),
    data: [...data]
      .map(([path, usedBy]) => ({ path, usedBy: differing(usedBy) }))
      .toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    without,
    gaps: [...new Set(gaps)],
    leftOut,
  }
}

/** Stands for a path that is mounted somewhere, wherever that is. */
const aConfiguration = { destination: '', readOnly: true }

const bindsOf = (containers: readonly Container[], project: string, workingDir: string): Bind[] =>
  containers
    .filter((container) => container.project === project)
    .flatMap(({ service, mounts }) =>
      mounts
        .filter(({ type }) => type === 'bind')
        .map((mount) => ({ ...mount, project, service, workingDir })),
    )

const usage = ({ project, service, destination, readOnly }: Bind) => ({
  project,
  service,
  destination,
  readOnly,
})

const differing = <T>(all: readonly T[]): T[] => [
  ...new Map(all.map((one) => [JSON.stringify(one), one])).values(),
]

/** The strictest role of a path wins: what one needs is not optional because another does not. */
function onlyOnce(roots: readonly HostRoot[]): HostRoot[] {
  const byPath = new Map<string, HostRoot>()
  for (const root of roots) {
    const before = byPath.get(root.path)
    if (before === undefined || (before.isOptional && !root.isOptional)) byPath.set(root.path, root)
  }
  return [...byPath.values()]
}

/** Stops counting at the first file too many. */
async function isSmall(
  directory: string,
  limits: { files: number; bytes: number },
  without?: ReadonlySet<string>,
): Promise<boolean> {
  let files = 0
  let bytes = 0
  const waiting = [directory]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    // What cannot be read is told by whoever reads it.
    const entries: AsyncIterable<Dirent> | [] = await opendir(next).catch(() => [])
    for await (const entry of entries) {
      const path = join(next, entry.name)
      if (without?.has(path) || (without && madeAnew.has(entry.name))) continue
      files += 1
      if (files > limits.files) return false
      if (entry.isDirectory()) waiting.push(path)
      else if (entry.isFile()) bytes += (await lstat(path).catch(() => undefined))?.size ?? 0
      if (bytes > limits.bytes) return false
    }
  }
  return true
}
