import { basename, posix } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { z } from 'zod'
import type { SnapshotFile } from '../../../shared/domain/snapshot.ts'
import { hostPath } from '../../../shared/stack/configuration-mounts.ts'
import { maskSecrets } from '../../../shared/text/mask-secrets.ts'
import { type TarItem, writeTar } from '../../adapters/archive/tar-writer.ts'
import { statusOf } from '../../adapters/docker/engine-call.ts'
import { type DrillSite, type Proof, proof } from './drill-site.ts'

const record = z.object({
  Args: z.array(z.string()).nullish(),
  Path: z.string(),
  Config: z.object({
    Labels: z.record(z.string(), z.string()).nullish(),
    WorkingDir: z.string().nullish(),
  }),
  Mounts: z
    .array(z.object({ Type: z.string(), Source: z.string().nullish(), Destination: z.string() }))
    .nullish(),
})
type ContainerRecord = z.infer<typeof record>

/** The programs that judge a configuration, in the images of those that it is for. */
const checkers: Readonly<Record<string, readonly string[]>> = {
  prometheus: ['promtool', 'check', 'config'],
  alertmanager: ['amtool', 'check-config'],
}

type Checked = {
  name: string
  command: readonly string[]
  configFile: string
  /** Where they are in the container. */
  files: readonly { path: string; file: SnapshotFile }[]
}

/** Configuration is small; what is larger was not written by a person. */
const mostBytes = 4 * 1024 * 1024

/** Has each program's own checker, in its own image, read the configuration that was kept. */
export async function proveConfiguration(site: DrillSite): Promise<Proof> {
  const held: string[] = []
  const broken: string[] = []
  const unproven: string[] = []
  for (const container of await recordsIn(site)) {
    const checked = whatToCheck(site, container)
    if (checked === undefined) continue
    const { command, name } = checked
    site.say({ phase: 'verifying', what: `Configuration of ${name}` })
    const outcome = await check(site, checked)
    if (outcome === undefined)
      unproven.push(
        `The image of ${name} has no ${command[0]}, so its configuration was only compared.`,
      )
    else if (outcome.exitCode === 0)
      held.push(`${command[0]} accepts ${basename(checked.configFile)} of ${name}`)
    else
      broken.push(
        `${command[0]} does not accept ${basename(checked.configFile)} of ${name}${complaintIn(outcome.output)}.`,
      )
  }
  return proof({ held, broken, unproven })
}

/** Checkers say first that they refuse, and in the lines below why. */
function complaintIn(output: string): string {
  const lines = output.split('\n').map((line) => line.trim())
  const first = lines.findIndex((line) => /fail|err/i.test(line))
  const said = lines.slice(Math.max(first, 0)).filter(Boolean).join(' ').slice(0, 400)
  return said === '' ? '' : `: ${maskSecrets(said, 'stderr').replace(/\.$/, '')}`
}

/** How its containers were made, as the snapshot has it. */
async function recordsIn({ repository, files, signal }: DrillSite): Promise<ContainerRecord[]> {
  const found: ContainerRecord[] = []
  const records = files.filter(
    ({ component, path }) => component === 'machine' && /^containers\/[^/]+\.json$/.test(path),
  )
  await repository.read(
    records,
    async (_file, content) => {
      const { data } = record.safeParse(JSON.parse(await text(content)))
      if (data) found.push(data)
    },
    signal,
  )
  return found
}

function whatToCheck({ files }: DrillSite, container: ContainerRecord): Checked | undefined {
  const labels = container.Config.Labels ?? {}
  const name = `${labels['com.docker.compose.project']}/${labels['com.docker.compose.service']}`
  const program = basename(container.Path)
  const command = checkers[program]
  const args = container.Args ?? []
  if (command === undefined || args.some((arg) => /agent/.test(arg))) return undefined
  const configFile = posix.resolve(
    container.Config.WorkingDir || '/',
    argumentOf(args, 'config.file') ?? `${program}.yml`,
  )
  const binds = (container.Mounts ?? []).filter(({ Type }) => Type === 'bind')
  const placed = binds.flatMap(({ Source, Destination }) => {
    const source = hostPath(Source ?? '').slice(1)
    return files
      .filter(
        ({ component, path, sizeBytes }) =>
          component === 'configuration' &&
          sizeBytes <= mostBytes &&
          (path === source || path.startsWith(`${source}/`)),
      )
      .map((file) => ({ file, path: posix.join(Destination, file.path.slice(source.length)) }))
  })
  // What lies in the image or in a volume is not for this.
  if (!placed.some(({ path, file }) => path === configFile && file.type === 'file'))
    return undefined
  return { name, command, configFile, files: placed }
}

/** Of `--name=value` and `--name value`. */
function argumentOf(args: readonly string[], name: string): string | undefined {
  const at = args.findIndex((arg) => arg.replace(/^--?/, '').split('=')[0] === name)
  const arg = args[at]
  if (arg === undefined) return undefined
  return arg.includes('=') ? arg.slice(arg.indexOf('=') + 1) : args[at + 1]
}

/** Undefined where the image has no such program. */
async function check(
  site: DrillSite,
  { name, command, configFile, files }: Checked,
): Promise<{ exitCode: number; output: string } | undefined> {
  const { engine, id, entry, signal } = site
  const known = entry.manifest.images[name]
  const candidates = [known?.id, ...(known?.digests ?? []), known?.image]
  const image = await engine.scratch.image(
    candidates.filter((one): one is string => one !== undefined && one !== ''),
    signal,
  )
  const [program = '', ...args] = command
  const containerId = await engine.scratch.createContainer(
    {
      ...{ drill: id, image: image.id, program, args: [...args, configFile] },
      what: `check-${name.replaceAll(/[^A-Za-z0-9_.-]/g, '-')}`,
      // Whoever it belongs to there: here it is about what is in it.
      user: '0:0',
    },
    signal,
  )
  await engine.hands.writeArchive(containerId, '/', writeTar(await itemsOf(site, files)), signal)
  try {
    await engine.hands.start(containerId, signal)
  } catch (error) {
    if (isNoProgram(error)) return undefined
    throw error
  }
  const { exitCode } = await engine.scratch.ended(containerId, signal)
  return { exitCode, output: await engine.scratch.output(containerId, signal) }
}

const isNoProgram = (error: unknown): boolean =>
  statusOf(error) !== undefined &&
  /executable file not found|no such file or directory/i.test((error as Error).message)

async function itemsOf(
  { repository, signal }: DrillSite,
  placed: Checked['files'],
): Promise<TarItem[]> {
  const items: TarItem[] = []
  const member = (path: string, { uid, gid, mtimeSeconds }: SnapshotFile) => ({
    ...{ name: path.slice(1), uid, gid, mtimeSeconds },
  })
  const contents = placed.filter(({ file }) => file.type === 'file')
  for (const { path, file } of placed) {
    if (file.type !== 'symlink' || file.linkTo === undefined) continue
    const link = { ...member(path, file), type: 'symlink' as const, mode: 0o777, sizeBytes: 0 }
    items.push({ member: { ...link, linkTo: file.linkTo } })
  }
  await repository.read(
    contents.map(({ file }) => file),
    async (file, content) => {
      const whole = await buffer(content)
      for (const { path } of contents.filter((one) => one.file.path === file.path)) {
        const { sizeBytes } = file
        const one = { ...member(path, file), type: 'file' as const, mode: 0o644, sizeBytes }
        items.push({ member: one, content: whole })
      }
    },
    signal,
  )
  return items
}
