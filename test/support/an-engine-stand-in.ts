import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { unixServer } from './unix-server.ts'

/** A container of a stand-in engine: there is no program behind it. */
export type ContainerStandIn = {
  id: string
  project: string
  service: string
  state: 'created' | 'running' | 'paused' | 'exited'
  policy: 'no' | 'always' | 'unless-stopped'
  health: 'none' | 'healthy' | 'unhealthy'
  /** It ends by itself, with 0, as soon as it is started. */
  oneShot: boolean
  /** A single file that it has mounted, and what that held when it was started. */
  mounted?: string
  holds?: string
  /** How it is in the network, where that is told: `container:<id>`. */
  network?: string
  /** Names of volumes that it has mounted. */
  volumes: readonly string[]
  starts: number
}

/**
 * As much of the Engine API as the steps of a recovery ask for, on a unix socket. What it keeps
 * outlives whoever talks to it.
 */
export type EngineStandIn = {
  readonly endpoint: string
  readonly id: string
  readonly containers: ContainerStandIn[]
  /** Containers of these services never become healthy. */
  unhealthy: Set<string>
  /** Asked before a request is answered; what it throws closes the connection. */
  onRequest: (method: string, path: string) => void | Promise<void>
  /** Tells whoever listens to events that something is different now. */
  tell(): void
  /** Answers what is not about these containers, where it can; otherwise it leaves it alone. */
  alsoAnswers: (asked: AlsoAsked) => Promise<boolean>
  add(
    given: Pick<ContainerStandIn, 'project' | 'service'> & Partial<ContainerStandIn>,
  ): ContainerStandIn
  /** The socket is there, and what has to come up with the engine does. */
  start(): Promise<void>
  /** As a daemon that is killed with its machine: everything is down, the socket is gone. */
  stop(): Promise<void>
}

export type AlsoAsked = {
  method: string
  path: string
  query: URLSearchParams
  request: IncomingMessage
  response: ServerResponse
}

export const nameOf = ({ project, service }: Pick<ContainerStandIn, 'project' | 'service'>) =>
  `${project}-${service}-1`

type Asked = { container: ContainerStandIn | undefined; query: URLSearchParams; body: string }
type Reply = { status: number; body?: unknown }

export async function anEngineStandIn(socketPath: string, id: string): Promise<EngineStandIn> {
  const containers: ContainerStandIn[] = []
  const listeners = new Set<ServerResponse>()
  const cutOff = new Set<ContainerStandIn>()

  function run(container: ContainerStandIn): void {
    container.starts += 1
    if (container.mounted !== undefined) container.holds = readFileSync(container.mounted, 'utf8')
    container.state = container.oneShot ? 'exited' : 'running'
    if (container.health !== 'none')
      container.health = engine.unhealthy.has(container.service) ? 'unhealthy' : 'healthy'
  }

  const engine: EngineStandIn = {
    endpoint: `unix://${socketPath}`,
    id,
    containers,
    unhealthy: new Set(),
    onRequest() {},
    tell() {
      for (const one of listeners) one.write('{"Type":"container"}\n')
    },
    alsoAnswers: async () => false,
    add(given) {
      const container: ContainerStandIn = {
        ...{ id: randomBytes(32).toString('hex'), state: 'created', policy: 'unless-stopped' },
        ...{ health: 'none', oneShot: false, volumes: [], starts: 0 },
        ...given,
      } as ContainerStandIn
      if (container.state === 'running') run(container)
      containers.push(container)
      return container
    },
    async start() {
      await server.start()
      for (const one of containers) {
        if (one.state !== 'running' && (one.policy === 'always' || cutOff.has(one))) run(one)
      }
      cutOff.clear()
    },
    async stop() {
      for (const one of containers.filter(({ state }) => state === 'running')) {
        one.state = 'exited'
        cutOff.add(one)
      }
      await server.stop()
    },
  }

  const routes: [method: string, path: RegExp, answer: (asked: Asked) => Reply][] = [
    ['GET', /^\/info$/, () => ok({ ID: id, ServerVersion: '26.1.5', SystemTime: new Date() })],
    ['GET', /^\/version$/, () => ok({ ApiVersion: '1.45' })],
    ['GET', /^\/containers\/json$/, ({ query }) => ok(listed(query).map(inList))],
    [
      'GET',
      /^\/containers\/([^/]+)\/json$/,
      ({ container }) => ok(container && inspected(container)),
    ],
    [
      'POST',
      /^\/containers\/create$/,
      ({ body }) => ({ status: 201, body: { Id: engine.add(JSON.parse(body)).id } }),
    ],
    [
      'POST',
      /^\/containers\/([^/]+)\/start$/,
      ({ container }) => {
        if (!container || container.state === 'running') return { status: 304 }
        if (container.state === 'paused') return { status: 409, body: { message: 'It is paused' } }
        run(container)
        return { status: 204 }
      },
    ],
    [
      'POST',
      /^\/containers\/([^/]+)\/pause$/,
      ({ container }) => {
        if (container?.state !== 'running')
          return { status: 409, body: { message: 'It does not run' } }
        container.state = 'paused'
        return { status: 204 }
      },
    ],
    [
      'POST',
      /^\/containers\/([^/]+)\/stop$/,
      ({ container }) => {
        if (container?.state !== 'running' && container?.state !== 'paused') return { status: 304 }
        container.state = 'exited'
        return { status: 204 }
      },
    ],
    [
      'POST',
      /^\/containers\/([^/]+)\/update$/,
      ({ container, body }) => {
        if (container) container.policy = JSON.parse(body).RestartPolicy.Name
        return ok({ Warnings: null })
      },
    ],
  ]

  function listed(query: URLSearchParams): ContainerStandIn[] {
    const { label: wanted = [], volume = [] }: { label?: string[]; volume?: string[] } = JSON.parse(
      query.get('filters') ?? '{}',
    )
    const using = containers.filter((one) => volume.every((name) => one.volumes.includes(name)))
    return using.filter((one) =>
      wanted.every((label) => {
        const [key = '', value] = label.split('=')
        return (labelsOf(one) as Record<string, string>)[key] === value
      }),
    )
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://engine')
    const path = url.pathname.replace(/^\/v[\d.]+/, '')
    const method = request.method ?? ''
    await engine.onRequest(method, path)
    if (path === '/events') {
      listeners.add(response)
      response.on('close', () => listeners.delete(response))
      response.writeHead(200, { 'Content-Type': 'application/json' }).flushHeaders()
      return
    }
    const query = url.searchParams
    if (await engine.alsoAnswers({ method, path, query, request, response })) return
    let body = ''
    for await (const chunk of request) body += String(chunk)
    for (const [wanted, pattern, reply] of routes) {
      const match = wanted === method ? pattern.exec(path) : null
      if (!match) continue
      const container = containers.find((one) => one.id === match[1])
      const isMissing = match[1] !== undefined && !container
      const said = isMissing
        ? { status: 404, body: { message: 'No such container' } }
        : reply({ container, query, body })
      response.writeHead(said.status, { 'Content-Type': 'application/json' })
      response.end(said.body === undefined ? undefined : JSON.stringify(said.body))
      return
    }
    response.writeHead(404).end(JSON.stringify({ message: `${method} ${path}: no such page` }))
  }

  const server = await unixServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  }, socketPath)
  await server.start()
  return engine
}

const ok = (body: unknown): Reply => ({ status: 200, body })

const labelsOf = ({ project, service }: ContainerStandIn) => ({
  'com.docker.compose.project': project,
  'com.docker.compose.service': service,
  'com.docker.compose.container-number': '1',
  'com.docker.compose.oneoff': 'False',
})

const inList = (one: ContainerStandIn) => ({
  Id: one.id,
  Names: [`/${nameOf(one)}`],
  State: one.state,
  Status: one.state,
  Labels: labelsOf(one),
})

/** Stamps are of no calendar, but no two starts have the same one. */
const stampOf = ({ starts }: ContainerStandIn) =>
  starts === 0 ? '0001-01-01T00:00:00Z' : new Date(1_800_000_000_000 + starts).toISOString()

const inspected = (one: ContainerStandIn) => ({
  Id: one.id,
  Name: `/${nameOf(one)}`,
  Created: '2026-11-23T09:00:00Z',
  Image: `sha256:${one.service}`,
  State: {
    Status: one.state,
    ExitCode: 0,
    StartedAt: stampOf(one),
    FinishedAt: '0001-01-01T00:00:00Z',
    ...(one.health !== 'none' && { Health: { Status: one.health, Log: [] } }),
  },
  Config: { Image: `example/${one.service}:1`, Labels: labelsOf(one) },
  HostConfig: {
    RestartPolicy: { Name: one.policy },
    ...(one.network !== undefined && { NetworkMode: one.network }),
  },
  Mounts: one.volumes.map((name) => ({
    ...{ Type: 'volume', Name: name, Destination: `/${name}`, RW: true },
  })),
})
