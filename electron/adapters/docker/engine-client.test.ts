import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { collected } from '../../../test/support/collected.ts'
import {
  aSocketPath,
  removeSocketDirectory,
  unixServer,
} from '../../../test/support/unix-server.ts'
import { composeContainer, published } from '../../demo/container-spec.ts'
import { desktopIdentity, nativeIdentity } from '../../demo/engine-identity.ts'
import { type SmallEngine, smallEngine } from '../../demo/small-engine.ts'
import { type ContainerEvent, connectEngine, type EngineClient } from './engine-client.ts'
import type { EngineTarget } from './target.ts'

const cleanUps: Array<() => unknown> = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

function connect(target: EngineTarget, options = {}): EngineClient {
  const client = connectEngine(target, options)
  cleanUps.push(client.close)
  return client
}

const at = (socketPath: string): EngineTarget => ({
  kind: 'unix',
  endpoint: `unix://${socketPath}`,
  path: socketPath,
})

async function serving(answer: RequestListener, options = {}) {
  const server = await unixServer(answer)
  await server.start()
  cleanUps.push(
    () => removeSocketDirectory(server.socketPath),
    () => server.stop(),
  )
  return { ...server, client: connect(at(server.socketPath), options) }
}

const serviceOf = (project: string, service: string) =>
  composeContainer({
    project,
    service,
    image: `${service}:1`,
    workingDir: '/srv',
    composeFile: '/srv/compose.yml',
    ports: [published(9090)],
  })

describe('a whole engine', () => {
  let engine: SmallEngine
  let client: EngineClient

  beforeEach(async () => {
    const socketPath = await aSocketPath()
    engine = smallEngine({ socketPath, identity: nativeIdentity() })
    await engine.start()
    client = connect(at(socketPath))
    cleanUps.push(
      () => removeSocketDirectory(socketPath),
      () => engine.stop(),
    )
  })

  /** Opens the event stream and resolves once the engine has accepted. */
  async function listen() {
    const events = collected<ContainerEvent>()
    const opened = Promise.withResolvers<void>()
    const stopping = new AbortController()
    const ended = client.events({ opened: opened.resolve, event: events.add }, stopping.signal)
    ended.catch(() => {})
    cleanUps.push(() => stopping.abort())
    await opened.promise
    return { events, ended, stop: () => stopping.abort() }
  }

  const stateOf = async (service: string) =>
    (await client.containers(['odin'])).find((container) => container.service === service)?.state

  test('says who it is', async () => {
    expect(await client.look()).toEqual({
      id: engine.identity.id,
      kind: 'native',
      name: 'odin',
      version: '26.1.5+dfsg1',
      apiVersion: '1.45',
      operatingSystem: 'Debian GNU/Linux 12 (bookworm)',
      gpuRuntime: false,
    })
  })

  test('shows the containers of the projects asked for, in any state', async () => {
    engine.addContainer(serviceOf('odin', 'prometheus'))
    engine.addContainer(serviceOf('odin', 'grafana'), { startError: 'port is already allocated' })
    engine.addContainer(serviceOf('other', 'web'))
    const found = await client.containers(['odin'])
    expect(found.map(({ service, state }) => [service, state])).toEqual([
      ['grafana', 'created'],
      ['prometheus', 'running'],
    ])
    expect(found[0]).toMatchObject({ error: 'port is already allocated', portsGot: [] })
    expect(await client.containers(['odin', 'other', 'odin'])).toHaveLength(3)
    expect(await client.containers([])).toEqual([])
    expect(await client.allComposeContainers()).toHaveLength(3)
  })

  test('tells of what happens, in words of every API version', async () => {
    engine.addContainer(serviceOf('odin', 'prometheus'))
    const { events } = await listen()
    engine.die('odin-prometheus-1', 137)
    const death = await events.until(({ action }) => action === 'die')
    expect(death).toMatchObject({
      containerId: engine.find('odin-prometheus-1')?.id,
      attributes: { exitCode: '137' },
    })
    expect(Math.abs(death.at - Date.now())).toBeLessThan(60_000)
  })

  test('shows every change also while it remembers what did not change', async () => {
    for (const service of ['prometheus', 'grafana']) engine.addContainer(serviceOf('odin', service))
    const { events } = await listen()
    expect(await stateOf('prometheus')).toBe('running')
    engine.kill('odin-prometheus-1')
    await events.until(({ action }) => action === 'die')
    expect(await stateOf('prometheus')).toBe('exited')
    engine.startContainer('odin-prometheus-1')
    await events.until(({ action }) => action === 'start')
    expect(await stateOf('prometheus')).toBe('running')
    engine.remove('odin-prometheus-1')
    expect(await stateOf('prometheus')).toBeUndefined()
  })

  test('ends the event stream with the engine', async () => {
    const { ended } = await listen()
    await engine.stop()
    await ended.catch((error) => expect(error).toMatchObject({ code: 'refused' }))
    await expect(client.look()).rejects.toMatchObject({ code: 'not-found' })
  })

  test('ends the event stream when it is asked to', async () => {
    const { ended, stop } = await listen()
    stop()
    await expect(ended).resolves.toBeUndefined()
  })

  describe('with an environment that points elsewhere', () => {
    const before = { ...process.env }
    afterEach(() => {
      process.env = { ...before }
    })

    test.each(['tcp://127.0.0.1:1', 'ssh://me@far', 'no://sense', 'http://['])(
      'DOCKER_HOST=%s',
      async (host) => {
        process.env['DOCKER_HOST'] = host
        process.env['DOCKER_CERT_PATH'] = '/nowhere'
        process.env['DOCKER_TLS_VERIFY'] = '1'
        const other = connect(at(engine.socketPath))
        expect((await other.look()).id).toBe(engine.identity.id)
        expect(process.env['DOCKER_HOST']).toBe(host)
      },
    )
  })

  test('is reached through ssh, by one process for many questions', async () => {
    const bin = await mkdtemp(join(tmpdir(), 'ssh-'))
    const log = join(bin, 'log')
    const dial = `const s = require('node:net').connect(${JSON.stringify(engine.socketPath)})
      process.stdin.pipe(s).pipe(process.stdout)`
    await writeFile(join(bin, 'dial.cjs'), dial)
    const script = `#!/bin/sh\necho "$*" >> ${log}\nexec "${process.execPath}" ${bin}/dial.cjs\n`
    await writeFile(join(bin, 'ssh'), script)
    await chmod(join(bin, 'ssh'), 0o755)
    const env = { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH']}` }
    engine.addContainer(serviceOf('odin', 'prometheus'))
    const target = { kind: 'ssh' as const, endpoint: 'ssh://me@far', host: 'far', user: 'me' }
    client = connect(target, { env })
    const { events } = await listen()
    expect((await client.look()).id).toBe(engine.identity.id)
    for (let round = 0; round < 5; round += 1) expect(await stateOf('prometheus')).toBe('running')
    engine.kill('odin-prometheus-1')
    await events.until(({ action }) => action === 'die')
    const calls = (await readFile(log, 'utf8')).trim().split('\n')
    expect(calls.length).toBeLessThanOrEqual(3)
    expect(calls[0]).toContain('-T -l me -- far docker system dial-stdio')
  })
})

test('an ssh that fails says why', async () => {
  const bin = await mkdtemp(join(tmpdir(), 'ssh-'))
  await writeFile(
    join(bin, 'ssh'),
    '#!/bin/sh\necho "me@far: Permission denied (publickey)." >&2\nexit 255\n',
  )
  await chmod(join(bin, 'ssh'), 0o755)
  const target = { kind: 'ssh' as const, endpoint: 'ssh://far', host: 'far' }
  const client = connect(target, { env: { PATH: `${bin}${delimiter}/usr/bin:/bin` } })
  await expect(client.look()).rejects.toMatchObject({
    code: 'permission-denied',
    message: expect.stringContaining('Permission denied (publickey)'),
  })
})

test('an ssh that is not there', async () => {
  const target = { kind: 'ssh' as const, endpoint: 'ssh://far', host: 'far' }
  const client = connect(target, { env: { PATH: '/nowhere' } })
  await expect(client.look()).rejects.toMatchObject({ code: 'not-found' })
})

const json =
  (value: unknown, status = 200): RequestListener =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(value))
  }

const answering =
  (info: object, version: object): RequestListener =>
  (request, response) =>
    json(request.url?.startsWith('/info') ? info : version)(request, response)

describe('answers that are none', () => {
  test.each([
    ['a starting Docker Desktop', json({ message: 'starting' }, 500), 'refused', '500: starting'],
    ['an API it does not speak', json({ message: 'too new' }, 400), 'invalid', '400: too new'],
    ['a refusal', json({ message: 'no' }, 403), 'permission-denied', '403: no'],
    [
      'an /info with a label alone',
      json({ Labels: ['com.docker.desktop.address=x'] }),
      'invalid',
      'without a version',
    ],
    ['no ID', json({ ServerVersion: '1', ID: '' }), 'invalid', 'without an ID'],
    ['another shape', json([1]), 'invalid', 'makes no sense'],
    [
      'no JSON',
      ((_, response) => response.end('<html>')) as RequestListener,
      'invalid',
      'without a version',
    ],
    [
      'a connection that is cut',
      ((request) => request.socket.destroy()) as RequestListener,
      'refused',
      'hung up',
    ],
  ])('%s', async (_, answer, code, words) => {
    const { client } = await serving(answer)
    await expect(client.look()).rejects.toMatchObject({
      code,
      message: expect.stringContaining(words),
    })
  })

  test('silence', async () => {
    const { client } = await serving(() => {}, { giveUpAfterMs: 50 })
    await expect(client.look()).rejects.toMatchObject({ code: 'timeout' })
    const events = client.events({ opened() {}, event() {} }, new AbortController().signal)
    await expect(events).rejects.toMatchObject({ code: 'timeout' })
  })

  test('no socket, and a socket without anybody', async () => {
    const socketPath = await aSocketPath()
    await expect(connect(at(socketPath)).look()).rejects.toMatchObject({ code: 'not-found' })
    const orphan = `require('node:net').createServer().listen(${JSON.stringify(socketPath)}, () => process.kill(process.pid, 'SIGKILL'))`
    await promisify(execFile)(process.execPath, ['-e', orphan]).catch(() => {})
    await expect(connect(at(socketPath)).look()).rejects.toMatchObject({ code: 'refused' })
    await removeSocketDirectory(socketPath)
  })
})

describe('what an engine is', () => {
  const plain = {
    ID: 'x',
    ServerVersion: '26',
    OSType: 'linux',
    Name: 'host',
    OperatingSystem: 'Debian',
  }

  test.each([
    ['native', {}, {}],
    ['docker-desktop', { OperatingSystem: 'Docker Desktop' }, {}],
    ['docker-desktop', { Labels: ['com.docker.desktop.address=unix:///x'] }, {}],
    ['docker-desktop', {}, { Platform: { Name: 'Docker Desktop 4.67.0 (222858)' } }],
    ['rootless', { SecurityOptions: ['name=seccomp', 'name=rootless'] }, {}],
    ['rancher-desktop', { Name: 'lima-rancher-desktop' }, {}],
    ['colima', { Name: 'colima' }, {}],
    ['orbstack', { OperatingSystem: 'OrbStack' }, {}],
    ['podman', {}, { Components: [{ Name: 'Podman Engine' }] }],
    ['unknown', { OSType: 'windows' }, {}],
  ])('%s by %j %j', async (kind, info, version) => {
    const { client } = await serving(answering({ ...plain, ...info }, version))
    expect((await client.look()).kind).toBe(kind)
  })

  test('Podman, which has no ID, keeps the one we give it', async () => {
    let calls = 0
    const { client } = await serving((request, response) => {
      calls += 1
      const info = { ...plain, ID: `made up ${calls}`, DockerRootDir: '/home/me' }
      answering(info, { Components: [{ Name: 'Podman Engine' }] })(request, response)
    })
    expect((await client.look()).id).toBe((await client.look()).id)
  })

  test('the demo has a Docker Desktop', async () => {
    const socketPath = await aSocketPath()
    const engine = smallEngine({ socketPath, identity: desktopIdentity(socketPath) })
    await engine.start()
    cleanUps.push(() => engine.stop())
    expect((await connect(at(socketPath)).look()).kind).toBe('docker-desktop')
  })
})

describe('what is asked', () => {
  test('no API version, narrow events, and events that were missed', async () => {
    const { client, asked } = await serving((request, response) => {
      if (request.url?.startsWith('/events')) response.end()
      else json([])(request, response)
    })
    await client.containers(['odin'])
    await client.events(
      { opened() {}, event() {} },
      new AbortController().signal,
      1_700_000_000_500,
    )
    expect(asked[0]).toBe(
      '/containers/json?all=true&filters={"label":["com.docker.compose.project=odin"]}',
    )
    expect(asked[1]).toMatch(
      /^\/events\?filters=\{"type":\["container"\],"event":\["create",.*"die"/,
    )
    expect(asked[1]).not.toContain('exec')
    expect(asked[1]).toContain('since=1700000000')
  })

  test('events cut at any place, and records of API 1.52', async () => {
    const event = {
      Type: 'container',
      Action: 'start',
      Actor: { ID: 'é1', Attributes: null },
      timeNano: 5e6,
    }
    const bytes = Buffer.from(
      `\u001e${JSON.stringify(event)}\n{"Type":"daemon"}\n${JSON.stringify(event)}\n`,
    )
    const { client } = await serving((_, response) => {
      const pieces = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, index) =>
        bytes.subarray(index * 7, index * 7 + 7),
      )
      const send = () => {
        const piece = pieces.shift()
        if (piece) response.write(piece, () => setImmediate(send))
        else response.end()
      }
      send()
    })
    const events = collected<ContainerEvent>()
    await client.events({ opened() {}, event: events.add }, new AbortController().signal)
    expect(events.all).toEqual(
      [1, 2].map(() => ({ action: 'start', containerId: 'é1', at: 5, attributes: {} })),
    )
  })
})

test('TLS with the keys of the context, and not without', async () => {
  const fixtures = join(import.meta.dirname, '../../../test/fixtures/tls')
  const [key, cert] = await Promise.all([
    readFile(join(fixtures, 'test-only-key.pem')),
    readFile(join(fixtures, 'test-only-certificate.pem')),
  ])
  const plain = { ID: 'x', ServerVersion: '26', OSType: 'linux' }
  const server = createTlsServer(
    { key, cert, ca: cert, requestCert: true, rejectUnauthorized: true },
    answering(plain, {}),
  )
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  cleanUps.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const target = {
    kind: 'tcp' as const,
    endpoint: `tcp://localhost:${port}`,
    host: 'localhost',
    port,
  }
  const tls = { ca: cert, cert, key, verify: true }
  expect((await connect({ ...target, tls }).look()).id).toBe('x')
  expect((await connect({ ...target, tls: { cert, key, verify: false } }).look()).id).toBe('x')
  await expect(connect({ ...target, tls: { cert, key, verify: true } }).look()).rejects.toThrow()
  await expect(connect(target).look()).rejects.toThrow()
})
