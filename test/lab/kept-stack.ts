import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { connectHands } from '../../electron/adapters/docker/hands/connect-hands.ts'
import type {
  ContainerUpClose,
  EngineHands,
} from '../../electron/adapters/docker/hands/engine-hands.ts'
import {
  type EngineNoted,
  pendingCleanups,
} from '../../electron/backup/sources/engine/pending-cleanups.ts'
import { type Settled, settlePending } from '../../electron/backup/sources/engine/settle-pending.ts'
import type { OpenedSource, SourceItem } from '../../electron/backup/sources/source.ts'
import { type Lab, startLab } from './engines.ts'
import type { ReadLine, ReadOrder } from './read-source.ts'
import type { Outcome } from './run.ts'

// A small stack whose data is kept, on the engine that shows itself as Docker Desktop.

export const project = 'keep'
const compose = `
name: ${project}
x-every: &every
  pull_policy: never
  restart: unless-stopped
services:
  prometheus:
    <<: *every
    image: prom/prometheus:v2.53.3
    command:
      - --config.file=/etc/prometheus.yml
      - --storage.tsdb.path=/prometheus
      - --web.enable-admin-api
    ports: ['9090:9090']
    volumes: ['./prometheus.yml:/etc/prometheus.yml:ro', 'prometheus:/prometheus']
  closed:
    <<: *every
    image: prom/prometheus:v2.53.3
    command: [--config.file=/etc/prometheus.yml, --storage.tsdb.path=/prometheus/data]
    ports: ['9091:9090']
    volumes: ['./prometheus.yml:/etc/prometheus.yml:ro', 'closed:/prometheus']
  bound:
    <<: *every
    image: prom/prometheus:v2.53.3
    command:
      - --config.file=/etc/prometheus.yml
      - --storage.tsdb.path=/data/tsdb
      - --web.enable-admin-api
    ports: ['9092:9090']
    volumes: ['./prometheus.yml:/etc/prometheus.yml:ro', './bound:/data']
  inside:
    <<: *every
    image: prom/prometheus:v2.53.3
    command:
      - --config.file=/etc/prometheus.yml
      - --storage.tsdb.path=/tsdb
      - --web.enable-admin-api
    ports: ['9093:9090']
    volumes: ['./prometheus.yml:/etc/prometheus.yml:ro']
  writer:
    <<: *every
    image: busybox:1.37
    command: [sh, -c, 'trap "exit 0" TERM; while true; do sleep 0.1; done']
    volumes: ['writer:/data']
  reader:
    <<: *every
    image: busybox:1.37
    command: [sh, -c, 'trap "exit 0" TERM; while true; do sleep 0.1; done']
    volumes: ['writer:/data:ro']
volumes: { prometheus: {}, closed: {}, writer: {} }
`
const scrape = `
global: { scrape_interval: 1s }
scrape_configs: [{ job_name: self, static_configs: [{ targets: ['127.0.0.1:9090'] }] }]
`

export type Read = {
  items: Extract<ReadLine, { type: 'item' }>[]
  opened: Extract<ReadLine, { type: 'opened' }>
  closed?: Extract<ReadLine, { type: 'closed' }>
  into: string
}

type Wanted = { volume: string } | { project: string; service: string; url?: string }

export type KeptStack = {
  lab: Lab
  hands: EngineHands
  engine: EngineNoted
  /** Sentinel's state directory of this run. */
  state: string
  docker(...args: string[]): Promise<Outcome>
  post(url: string): Promise<string>
  /** How many there are, as the program itself counts; asked until there are more. */
  samples(port: number, moreThan?: number): Promise<number>
  of(service: string): Promise<ContainerUpClose>
  /** Reads a source in a process of its own, which can be killed once it is open. */
  read(
    wanted: Wanted & { mayStop?: string[]; isToDie?: boolean },
    onOpened?: () => unknown,
  ): Promise<Read>
  settle(): Promise<readonly Settled[]>
  pendingFiles(): Promise<string[]>
  close(): Promise<void>
}

export async function startKeptStack(): Promise<KeptStack> {
  const lab = await startLab()
  const directory = join(lab.stackDirectory, project)
  await mkdir(directory)
  await writeFile(join(directory, 'compose.yml'), compose)
  await writeFile(join(directory, 'prometheus.yml'), scrape)
  const { socket } = lab.desktop
  const endpoint = `unix://${socket}`
  const target = { kind: 'unix' as const, endpoint, path: socket }
  const hands = connectHands(target)
  const engine = { id: await lab.desktop.id(), context: 'desktop-linux', endpoint }
  const state = await mkdtemp(join(lab.directory, 'state-'))

  const docker = (...args: string[]) => lab.docker(['--context', 'desktop-linux', ...args])

  async function get(url: string): Promise<string> {
    const wget = ['busybox', 'wget', '-q', '-T', '20', '-O', '-']
    return (await lab.machine.run('host', [...wget, url], { env: lab.env })).stdout
  }

  const post = async (url: string): Promise<string> => {
    const wget = ['busybox', 'wget', '-q', '--post-data=', '-O', '-', url]
    return (await lab.machine.run('host', wget, { env: lab.env })).stdout
  }

  async function samples(port: number, moreThan = 2): Promise<number> {
    const query = `http://127.0.0.1:${port}/api/v1/query?query=count_over_time(up%5B1d%5D)`
    for (;;) {
      const said = await get(query).catch(() => '')
      const value = /"value":\[[^,]+,"(\d+)"\]/.exec(said)?.[1]
      if (value !== undefined && Number(value) > moreThan) return Number(value)
    }
  }

  async function of(service: string): Promise<ContainerUpClose> {
    const [found] = await hands.containersOf(project, service)
    if (!found) throw new Error(`${service} has no container`)
    return found
  }

  async function read(
    wanted: Wanted & { mayStop?: string[]; isToDie?: boolean },
    onOpened: () => unknown = () => undefined,
  ): Promise<Read> {
    const into = await mkdtemp(join(lab.directory, 'read-'))
    const { socket } = lab.desktop
    const order: ReadOrder = { mayStop: [], ...wanted, socket, engine, stateDirectory: state, into }
    const file = `${into}.json`
    await writeFile(file, JSON.stringify(order))
    const script = join(import.meta.dirname, 'read-source.ts')
    const [program, ...args] = lab.machine.inside('terminal', [process.execPath, script, file])
    const child = spawn(program, args, { env: { ...lab.env }, stdio: ['ignore', 'pipe', 'pipe'] })
    let complaint = ''
    child.stderr.on('data', (chunk) => {
      complaint += chunk
    })
    const items: Read['items'] = []
    let opened: Read['opened'] | undefined
    let closed: Read['closed']
    for await (const text of createInterface({ input: child.stdout })) {
      const line = JSON.parse(text) as ReadLine
      if (line.type === 'item') items.push(line)
      else if (line.type === 'closed') closed = line
      else {
        opened = line
        await onOpened()
        if (order.isToDie) await lab.machine.signal(child, 'SIGKILL')
      }
    }
    if (!opened || (!closed && !order.isToDie)) throw new Error(`it was not read: ${complaint}`)
    return { items, opened, into, ...(closed && { closed }) }
  }

  const settle = () =>
    settlePending(
      pendingCleanups(state),
      async () => connectHands(target),
      new AbortController().signal,
    )
  const pendingFiles = () => readdir(join(state, 'backup/pending')).catch(() => [])

  await docker('compose', '-f', join(directory, 'compose.yml'), 'up', '-d')
  return {
    ...{ lab, hands, engine, state, docker, post, samples, of, read, settle, pendingFiles },
    async close() {
      hands.close()
      await lab.close()
    },
  }
}

/** Reads a source here, and lets a test in between: in the middle of `large`, at the end of `now`. */
export async function readInSteps(
  opened: OpenedSource,
  onRead: (item: SourceItem) => unknown,
): Promise<{
  opened: OpenedSource
  seen: readonly { path: string; text: string; again?: true }[]
}> {
  const seen: { path: string; text: string; again?: true }[] = []
  try {
    for await (const { open, onRead: told, ...item } of opened.items) {
      if (!open) continue
      const chunks: Buffer[] = []
      try {
        for await (const chunk of await open()) {
          if (chunks.length === 0 && item.path === 'large') await onRead(item)
          chunks.push(chunk as Buffer)
        }
      } catch {
        continue
      }
      const content = Buffer.concat(chunks)
      told?.(createHash('sha256').update(content).digest('hex'))
      const { path, again } = item
      seen.push({ path, text: content.toString().slice(0, 20), ...(again && { again }) })
      if (path === 'now') await onRead(item)
    }
  } finally {
    await opened.close()
  }
  return { opened, seen }
}
