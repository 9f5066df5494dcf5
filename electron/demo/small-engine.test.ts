import { mkdtemp, rm, stat } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import Docker from 'dockerode'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ComposeService, composeContainer, published } from './container-spec.ts'
import { nativeIdentity } from './engine-identity.ts'
import type { EngineEvent } from './event-feed.ts'
import { type SmallEngine, smallEngine } from './small-engine.ts'

const service = (name: string, more: Partial<ComposeService> = {}) =>
  composeContainer({
    project: 'odin',
    service: name,
    image: `prom/${name}:v1`,
    workingDir: '/home/odin/stack',
    composeFile: '/home/odin/stack/docker-compose.yml',
    ...more,
  })

const healthcheck = ['CMD', '/bin/wget', '-q', 'http://localhost:9090/-/ready']

let directory: string
let engine: SmallEngine
let docker: Docker
let clock: number

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'small-'))
  clock = Date.now()
  const socketPath = join(directory, 'docker.sock')
  engine = smallEngine({ socketPath, identity: nativeIdentity(), now: () => clock })
  await engine.start()
  docker = new Docker({ socketPath })
})

afterEach(async () => {
  await engine.stop()
  await rm(directory, { recursive: true })
})

type Raw = { status: number; headers: Record<string, unknown>; body: string }

function ask(method: string, path: string): Promise<Raw> {
  return new Promise((resolve, reject) => {
    request({ socketPath: engine.socketPath, method, path }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (chunk) => {
        body += chunk
      })
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      )
    })
      .on('error', reject)
      .end()
  })
}

/** Collects from now on; `until` resolves with all that came before the first such event. */
async function listen(filters: Record<string, string[]> = {}) {
  const stream = (await docker.getEvents({ filters })) as Readable
  const seen: EngineEvent[] = []
  let rest = ''
  let changed = () => {}
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) seen.push(JSON.parse(line) as EngineEvent)
    changed()
  })
  const ended = new Promise<string>((resolve) => {
    stream.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
  })
  return {
    seen,
    ended,
    actions: () => seen.map((event) => `${event.Type} ${event.Action}`),
    until: (action: string) =>
      new Promise<void>((resolve) => {
        changed = () => {
          if (seen.some((event) => event.Action === action)) resolve()
        }
        changed()
      }),
  }
}

describe('says who it is', () => {
  test('by ping, with and without a version in front', async () => {
    for (const [method, path] of [
      ['HEAD', '/_ping'],
      ['GET', '/v1.45/_ping'],
    ] as const) {
      const { status, headers, body } = await ask(method, path)
      expect(status).toBe(200)
      expect(headers).toMatchObject({ 'api-version': '1.45', ostype: 'linux' })
      expect(body).toBe(method === 'GET' ? 'OK' : '')
    }
  })

  test('by info and version', async () => {
    engine.addContainer(service('prometheus'))
    engine.die(engine.addContainer(service('grafana')).id, 1)
    expect(await docker.info()).toMatchObject({
      ID: engine.identity.id,
      Containers: 2,
      ContainersRunning: 1,
      ContainersStopped: 1,
      OperatingSystem: 'Debian GNU/Linux 12 (bookworm)',
      ServerVersion: '26.1.5+dfsg1',
    })
    expect(await docker.version()).toMatchObject({
      ApiVersion: '1.45',
      Version: '26.1.5+dfsg1',
      Platform: { Name: '' },
    })
  })

  test('refuses what it does not know in the words of the real one', async () => {
    expect(await ask('GET', '/v1.99/info')).toMatchObject({
      status: 400,
      body: '{"message":"client version 1.99 is too new. Maximum supported API version is 1.45"}\n',
    })
    expect((await ask('GET', '/v1.9/info')).body).toContain('is too old')
    expect(await ask('GET', '/v1.45/swarm')).toMatchObject({ status: 404 })
    expect(await ask('GET', '/containers/nobody/json')).toMatchObject({
      status: 404,
      body: '{"message":"No such container: nobody"}\n',
    })
    await expect(docker.listContainers({ filters: { colour: ['red'] } })).rejects.toMatchObject({
      statusCode: 400,
      json: { message: "invalid filter 'colour'" },
    })
  })
})

describe('describes its containers', () => {
  test('as a list, newest first, with health inside the status text', async () => {
    engine.addContainer(service('prometheus', { ports: [published(9090)], healthcheck }))
    engine.addContainer(service('node-exporter', { hostNetwork: true }))
    clock += 52 * 60_000
    const [node, prometheus] = await docker.listContainers()
    expect(node).toMatchObject({ Names: ['/odin-node-exporter-1'], State: 'running', Ports: [] })
    expect(prometheus).toMatchObject({
      Names: ['/odin-prometheus-1'],
      HostConfig: { NetworkMode: 'odin_default' },
      Ports: [
        { IP: '0.0.0.0', PrivatePort: 9090, PublicPort: 9090, Type: 'tcp' },
        { IP: '::', PrivatePort: 9090, PublicPort: 9090, Type: 'tcp' },
      ],
    })
    expect(prometheus?.Status).toMatch(/^Up .+ \(healthy\)$/)
  })

  test('whole, with ports wanted and got, mounts and the last probes', async () => {
    const { id } = engine.addContainer(
      service('prometheus', {
        ports: [published(9090)],
        healthcheck,
        mounts: [
          { type: 'bind', source: '/etc/p.yml', destination: '/p.yml', readOnly: true },
          { type: 'volume', source: 'odin_data', destination: '/data', readOnly: false },
        ],
      }),
    )
    engine.setHealth(id, 'unhealthy', 'wget: not found\n', 127)
    const inspection = await docker.getContainer('odin-prometheus-1').inspect()
    expect(inspection).toMatchObject({
      Id: id,
      Name: '/odin-prometheus-1',
      RestartCount: 0,
      State: { Status: 'running', Running: true, FinishedAt: '0001-01-01T00:00:00Z' },
      HostConfig: {
        PortBindings: { '9090/tcp': [{ HostIp: '', HostPort: '9090' }] },
        RestartPolicy: { Name: 'unless-stopped' },
      },
    })
    expect(inspection.State.Health).toMatchObject({
      Status: 'unhealthy',
      FailingStreak: 1,
      Log: [{ ExitCode: 0 }, { ExitCode: 127, Output: 'wget: not found\n' }],
    })
    expect(inspection.NetworkSettings.Ports['9090/tcp']).toHaveLength(2)
    expect(inspection.Mounts.map(({ Type, RW }) => [Type, RW])).toEqual([
      ['bind', false],
      ['volume', true],
    ])
    expect(await docker.getContainer(id.slice(0, 12)).inspect()).toMatchObject({ Id: id })
  })

  test('a port that is taken leaves it created, with the reason and no ports', async () => {
    const spec = service('prometheus', { ports: [published(9090)] })
    engine.addContainer(spec, { startError: 'address already in use' })
    const { State, NetworkSettings } = await docker.getContainer(spec.name).inspect()
    expect(State).toMatchObject({
      Status: 'created',
      ExitCode: 128,
      Error: 'address already in use',
    })
    expect(NetworkSettings.Ports).toEqual({})
  })

  test('only those that were asked for', async () => {
    engine.addContainer(service('prometheus', { healthcheck }))
    engine.addContainer(service('grafana'))
    engine.addContainer(service('llm', { project: 'other' }))
    engine.die('odin-grafana-1', 137)
    const names = async (options: Docker.ContainerListOptions) =>
      (await docker.listContainers(options)).map(({ Names }) => Names[0])
    const label = ['com.docker.compose.project=odin']
    expect(await names({})).toEqual(['/other-llm-1', '/odin-prometheus-1'])
    expect(await names({ filters: { label } })).toEqual(['/odin-prometheus-1'])
    expect(await names({ all: true, filters: { label } })).toHaveLength(2)
    const both = ['com.docker.compose.project', 'com.docker.compose.service=llm']
    expect(await names({ filters: { label: both } })).toEqual(['/other-llm-1'])
    expect(await names({ filters: { status: ['exited'] } })).toEqual(['/odin-grafana-1'])
    expect(await names({ filters: { health: ['healthy'] } })).toEqual(['/odin-prometheus-1'])
    expect(await names({ filters: { name: ['llm', 'prom'] } })).toHaveLength(2)
    // The notation of the docker command line.
    const { body } = await ask('GET', '/containers/json?filters={"name":{"llm":true}}')
    expect(JSON.parse(body)).toHaveLength(1)
  })
})

describe('tells what happens', () => {
  const life = 'network connect,container start'.split(',')

  test('in the order of the real one', async () => {
    const events = await listen()
    const { id } = engine.addContainer(service('grafana'))
    engine.stopContainer(id)
    engine.startContainer(id)
    engine.kill(id)
    engine.restart(id)
    engine.die(id, 137, { oom: true })
    engine.remove(id)
    await events.until('destroy')
    expect(events.actions()).toEqual([
      ...['network create', 'container create', ...life],
      ...['container kill', 'network disconnect', 'container stop', 'container die'],
      ...life,
      ...['container kill', 'network disconnect', 'container die'],
      ...[...life, 'container restart'],
      ...['container oom', 'network disconnect', 'container die', 'container destroy'],
    ])
  })

  test('with the labels, the exit code and the fields of API 1.45', async () => {
    const events = await listen({ event: ['die'] })
    const { id } = engine.addContainer(service('grafana'))
    clock += 7_000
    engine.die(id, 3)
    await events.until('die')
    expect(events.seen).toEqual([
      {
        status: 'die',
        id,
        from: 'prom/grafana:v1',
        Type: 'container',
        Action: 'die',
        Actor: {
          ID: id,
          Attributes: expect.objectContaining({
            'com.docker.compose.project': 'odin',
            execDuration: '7',
            exitCode: '3',
            name: 'odin-grafana-1',
          }),
        },
        scope: 'local',
        time: Math.floor(clock / 1000),
        timeNano: clock * 1e6,
      },
    ])
  })

  test('health on transitions only, and each probe with its whole command', async () => {
    const narrow = await listen({ event: ['health_status'], type: ['container'] })
    const probes = await listen({ event: ['exec_create', 'destroy'] })
    const { id } = engine.addContainer(service('grafana', { healthcheck }))
    engine.setHealth(id, 'healthy')
    engine.setHealth(id, 'unhealthy')
    engine.remove(id)
    await narrow.until('health_status: unhealthy')
    await probes.until('destroy')
    expect(narrow.actions()).toEqual([
      'container health_status: healthy',
      'container health_status: unhealthy',
    ])
    const command = 'container exec_create: /bin/wget -q http://localhost:9090/-/ready'
    expect(probes.actions()).toEqual([command, command, command, 'container destroy'])
  })

  test('to each listener only what it asked for', async () => {
    const mine = await listen({ label: ['com.docker.compose.project=odin'], event: ['die'] })
    engine.addContainer(service('llm', { project: 'other' }))
    engine.addContainer(service('grafana'))
    engine.die('other-llm-1', 1)
    engine.die('odin-grafana-1', 1)
    await mine.until('die')
    expect(mine.seen.map(({ Actor }) => Actor.Attributes['name'])).toEqual(['odin-grafana-1'])
  })

  test('a crash loop dies again and again and counts its restarts', async () => {
    const events = await listen({ event: ['die', 'start', 'destroy'] })
    const { id } = engine.addContainer(service('grafana'))
    engine.crashLoop(id, 3)
    expect(await docker.getContainer(id).inspect()).toMatchObject({
      RestartCount: 2,
      State: { Status: 'restarting', Restarting: true, ExitCode: 1 },
    })
    const [listed] = await docker.listContainers()
    expect(listed?.Status).toMatch(/^Restarting \(1\) .+ ago$/)
    engine.remove(id)
    await events.until('destroy')
    const rounds = events.seen.map(({ Action }) => Action)
    expect(rounds).toEqual(['start', 'die', 'start', 'die', 'start', 'die', 'destroy'])
  })
})

describe('does what it is told', () => {
  test('over the API, once', async () => {
    const container = docker.getContainer(engine.addContainer(service('grafana')).id)
    await container.stop()
    await expect(container.stop()).rejects.toMatchObject({ statusCode: 304 })
    await expect(container.kill()).rejects.toMatchObject({ statusCode: 409 })
    await container.start()
    await container.restart()
    await expect(container.remove()).rejects.toMatchObject({ statusCode: 409 })
    await container.kill({ signal: 'SIGHUP' })
    expect(engine.find('odin-grafana-1')?.state).toBe('running')
    await container.kill()
    expect(engine.find('odin-grafana-1')).toMatchObject({ state: 'exited', exitCode: 137 })
    await container.remove()
    expect(engine.containers).toEqual([])
  })

  test('answers what Compose asks before it takes a project down', async () => {
    expect(await docker.listNetworks()).toEqual([])
    expect(await docker.listVolumes()).toMatchObject({ Volumes: [] })
  })

  test('stops as a daemon does: the stream breaks, the socket is gone; and comes back', async () => {
    const events = await listen()
    const { id } = engine.addContainer(service('grafana'))
    await engine.stop()
    expect(await events.ended).toBe('ECONNRESET')
    await expect(docker.ping()).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(stat(engine.socketPath)).rejects.toMatchObject({ code: 'ENOENT' })
    await engine.stop()
    await engine.start()
    expect(await docker.getContainer(id).inspect()).toMatchObject({ State: { Running: true } })
  })

  test('after a reset somebody else answers, with nothing', async () => {
    engine.addContainer(service('grafana'))
    engine.reset('another')
    expect(await docker.info()).toMatchObject({ ID: 'another', Containers: 0 })
  })
})
