import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { afterEach, expect, test } from 'vitest'
import { removeSocketDirectory, unixServer } from '../../../../test/support/unix-server.ts'
import { bodyText } from '../../../../test/support/web-server.ts'
import { connectHands } from './connect-hands.ts'

const cleanUps: Array<() => unknown> = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})
const forever = new AbortController().signal

async function serving(answer: RequestListener) {
  const server = await unixServer(answer)
  await server.start()
  const { endpoint, socketPath } = server
  const hands = connectHands({ kind: 'unix', endpoint, path: socketPath }, { giveUpAfterMs: 5000 })
  cleanUps.push(
    () => removeSocketDirectory(socketPath),
    () => server.stop(),
    () => hands.close(),
  )
  return { hands, asked: server.asked, endpoint }
}

const json = (response: ServerResponse, body: unknown, status = 200) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))

type Created = {
  name: string | null
  Image: string
  Labels: Record<string, string>
  HostConfig: { Mounts: readonly object[] }
}

/** An engine with images and one volume, which keeps what it is told to create. */
function anEngine(
  images: Record<string, { size: number; volumes?: string[]; labels?: Record<string, string> }>,
  refuses: (image: string) => number | undefined = () => undefined,
) {
  const created: Created[] = []
  const removed: string[] = []
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://engine')
    const { pathname } = url
    if (pathname === '/images/json') {
      const listed = Object.entries(images).map(([Id, { size, labels }]) => ({
        ...{ Id, Size: size, Labels: labels ?? null },
      }))
      return void json(response, listed)
    }
    const [, image] = /^\/images\/(.*)\/json$/.exec(pathname) ?? []
    if (image !== undefined) {
      const { volumes = [], labels = null } = images[image] ?? {}
      const Volumes = Object.fromEntries(volumes.map((path) => [path, {}]))
      return void json(response, { Id: image, Config: { Volumes, Labels: labels } })
    }
    if (pathname === '/volumes/data') return void json(response, { Name: 'data', Driver: 'local' })
    if (pathname === '/containers/create') {
      const body = JSON.parse(await bodyText(request))
      created.push({ ...body, name: url.searchParams.get('name') })
      const status = refuses(body.Image)
      if (status !== undefined) return void json(response, { message: 'wrong platform' }, status)
      return void json(response, { Id: `of-${body.Image}`, Warnings: [] }, 201)
    }
    if (request.method === 'DELETE') {
      removed.push(request.url ?? '')
      return void response.writeHead(204).end()
    }
    if (pathname === '/containers/theirs/json')
      return void json(response, { Id: 'theirs', Config: { Labels: null } })
    if (pathname.startsWith('/containers/of-'))
      return void json(response, { Config: { Labels: { 'io.odin-sentinel.helper': 'x' } } })
    json(response, { message: `no such thing: ${pathname}` }, 404)
  }
  return { answer, created, removed }
}

const data = { type: 'volume' as const, source: 'data', readOnly: true }

test('the variables of a container are read without starting anything in it', async () => {
  const { hands, asked } = await serving((request, response) =>
    request.url?.startsWith('/containers/a/json')
      ? json(response, { Config: { Env: ['PASSWORD=a=b', 'EMPTY=', 'BARE'] } })
      : json(response, { message: 'No such container' }, 404),
  )
  expect(await hands.environment('a', forever)).toEqual(
    new Map([
      ['PASSWORD', 'a=b'],
      ['EMPTY', ''],
      ['BARE', ''],
    ]),
  )
  expect(await hands.environment('gone', forever)).toBeUndefined()
  expect(asked).toEqual(['/containers/a/json', '/containers/gone/json'])
})

test('who writes to a directory is whoever has it, a part of it or one above it mounted to write', async () => {
  const mounts = {
    exact: ['/srv/odin/data', true],
    inside: ['/srv/odin/data/wal', true],
    above: ['/host_mnt/srv/odin', true],
    reader: ['/srv/odin/data', false],
    beside: ['/srv/odin/data2', true],
    machine: ['/', true],
  } as const
  const { hands, asked } = await serving((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://engine')
    if (pathname === '/containers/json') {
      return void json(
        response,
        Object.keys(mounts).map((Id) => ({ Id, Names: [`/${Id}`], Labels: {} })),
      )
    }
    const id = pathname.split('/')[2] ?? ''
    const [Source, RW] = mounts[id as keyof typeof mounts]
    json(response, {
      ...{ Id: id, Name: `/${id}`, State: { Status: 'running' }, Config: {}, HostConfig: {} },
      Mounts: [{ Type: 'bind', Source, Destination: '/data', RW }],
    })
  })
  const found = await hands.containersWritingTo('/srv/odin/data')
  expect(found.map(({ name }) => name)).toEqual(['above', 'exact', 'inside'])
  expect(decodeURIComponent(asked[0] ?? '')).toContain('running')
})

test('a helper is made from the smallest image without troubles, and mounts the volume as it is', async () => {
  const { answer, created } = anEngine({
    tiny: { size: 1, labels: { 'com.docker.compose.project': 'odin' } },
    greedy: { size: 2, volumes: ['/prometheus'] },
    plain: { size: 3 },
  })
  const { hands } = await serving(answer)
  expect(await hands.createHelper({ id: 'one', mount: data })).toBe('of-plain')
  expect(created).toHaveLength(1)
  expect(created[0]).toMatchObject({
    name: 'odin-sentinel-helper-one',
    Image: 'plain',
    Labels: { 'io.odin-sentinel.helper': 'one' },
    HostConfig: {
      NetworkMode: 'none',
      Mounts: [
        {
          ...{ Type: 'volume', Source: 'data', Target: '/odin-sentinel', ReadOnly: true },
          VolumeOptions: { NoCopy: true },
        },
      ],
    },
  })
})

test('an image of the project makes no container of the project, and its volumes are not made', async () => {
  const { answer, created } = anEngine({
    theirs: {
      ...{ size: 1, volumes: ['/prometheus'] },
      labels: { 'com.docker.compose.project': 'odin', 'com.docker.compose.service': 'x', a: 'b' },
    },
  })
  const { hands } = await serving(answer)
  await hands.createHelper({ id: 'one', mount: data })
  expect(created[0]?.Labels).toEqual({
    'com.docker.compose.project': '',
    'com.docker.compose.service': '',
    'io.odin-sentinel.helper': 'one',
  })
  expect(created[0]?.HostConfig.Mounts[1]).toEqual({ Type: 'tmpfs', Target: '/prometheus' })
})

test('where one image does not serve, the next one does', async () => {
  const { answer, created } = anEngine({ arm: { size: 1 }, plain: { size: 2 } }, (image) =>
    image === 'arm' ? 404 : undefined,
  )
  const { hands } = await serving(answer)
  expect(await hands.createHelper({ id: 'one', mount: data })).toBe('of-plain')
  expect(created.map(({ Image }) => Image)).toEqual(['arm', 'plain'])
})

test('an engine without images says so, and a volume that is not there is not made', async () => {
  const { answer, created } = anEngine({})
  const { hands, endpoint } = await serving(answer)
  await expect(hands.createHelper({ id: 'one', mount: data })).rejects.toThrow(
    `The engine at ${endpoint} has no image to make a helper from; any small one will do.`,
  )
  const mount = { ...data, source: 'lost' }
  await expect(hands.createHelper({ id: 'one', mount })).rejects.toThrow(/has no volume lost/)
  expect(created).toEqual([])
})

test('a program runs in a helper as whom it is told to, from its own image, without a network', async () => {
  const { answer, created, removed } = anEngine({ tiny: { size: 1 }, prometheus: { size: 9 } })
  const { hands } = await serving(answer)
  const wanted = { id: 'one', mount: data, image: 'prometheus', user: 'nobody' }
  const command = ['/bin/prometheus', '--config.file=/dev/null']
  expect(await hands.startHelper({ ...wanted, command })).toBe('of-prometheus')
  expect(created).toMatchObject([
    {
      ...{ Image: 'prometheus', User: 'nobody', Entrypoint: ['/bin/prometheus'] },
      ...{ Cmd: ['--config.file=/dev/null'], Labels: { 'io.odin-sentinel.helper': 'one' } },
      HostConfig: { NetworkMode: 'none', RestartPolicy: { Name: 'no' } },
    },
  ])
  expect(removed).toEqual([])
})

test('a helper whose program cannot be started is not left behind', async () => {
  const { answer, removed } = anEngine({ prometheus: { size: 9 } })
  const { hands } = await serving((request, response) =>
    request.url?.endsWith('/start')
      ? void json(response, { message: 'no such program' }, 400)
      : answer(request, response),
  )
  const wanted = { id: 'one', mount: data, image: 'prometheus', user: '', command: ['nothing'] }
  await expect(hands.startHelper(wanted)).rejects.toThrow('no such program')
  expect(removed).toEqual(['/containers/of-prometheus?force=true'])
})

test('a helper is removed without its volumes, and nothing else is', async () => {
  const { answer, removed } = anEngine({})
  const { hands } = await serving(answer)
  await hands.removeHelper('of-plain')
  await hands.removeHelper('gone')
  await expect(hands.removeHelper('theirs')).rejects.toThrow(
    'Container theirs is no helper of ours.',
  )
  expect(removed).toEqual(['/containers/of-plain?force=true'])
})

test('an archive streams for longer than an answer may take, and an end of ours ends it', async () => {
  const gone = Promise.withResolvers<void>()
  const { hands } = await serving((_, response) => {
    response.write('begin')
    response.on('close', gone.resolve)
  })
  const stopping = new AbortController()
  const stream = await hands.readArchive('one', '/data', stopping.signal)
  expect(String((await stream[Symbol.asyncIterator]().next()).value)).toBe('begin')
  stopping.abort()
  await gone.promise
  expect(stream.destroyed).toBe(true)
})

test('an archive that is refused is told in the words of the engine', async () => {
  const { hands, endpoint } = await serving((_, response) =>
    json(response, { message: 'Could not find the file /data in container one' }, 404),
  )
  await expect(hands.readArchive('one', '/data', forever)).rejects.toThrow(
    `The engine at ${endpoint} answered 404: Could not find the file /data in container one.`,
  )
  expect(await hands.statPath('one', '/data')).toBeUndefined()
})

test('an archive is written as it is given, owners unasked, and let go when it is refused', async () => {
  const bodies: string[] = []
  const { hands, asked } = await serving((request, response) => {
    if (request.url?.includes('refuses')) return void json(response, { message: 'read-only' }, 403)
    bodyText(request).then((text) => {
      bodies.push(text)
      response.writeHead(200).end()
    })
  })
  await hands.writeArchive('takes', '/', Readable.from([Buffer.from('a tar')]), forever)
  expect(bodies).toEqual(['a tar'])
  expect(asked).toEqual(['/containers/takes/archive?path=/'])
  const endless = new Readable({ read: () => undefined })
  endless.push('a tar that does not end')
  await expect(hands.writeArchive('refuses', '/', endless, forever)).rejects.toThrow(/read-only/)
  expect(endless.destroyed).toBe(true)
})

test('what a path is, is told to the nanosecond', async () => {
  const stat = { name: 'now', size: 4, mode: 420, mtime: '2026-11-23T10:00:00.123456789Z' }
  const { hands } = await serving((_, response) => {
    const encoded = Buffer.from(JSON.stringify({ ...stat, linkTarget: '' })).toString('base64')
    response.writeHead(200, { 'x-docker-container-path-stat': encoded }).end()
  })
  expect(await hands.statPath('one', '/data/now')).toEqual({
    ...{ sizeBytes: 4, mtime: '2026-11-23T10:00:00.123456789Z', linkTarget: '' },
  })
})

test('of a project it is told that the engine listens, and every change, until nobody wants to hear', async () => {
  let listener: ServerResponse | undefined
  const { hands, asked } = await serving((_, response) => {
    listener = response
    response.writeHead(200).flushHeaders()
  })
  const enough = new AbortController()
  const told: Array<() => void> = []
  const heard = Array.from({ length: 2 }, () => new Promise<void>((tell) => told.push(tell)))
  const over = hands.changesIn('odin', () => told.shift()?.(), enough.signal)
  await heard[0]
  listener?.write('{"Type":"container","Action":"health_status: healthy"}\n')
  await heard[1]
  enough.abort()
  await over
  const filters = new URL(asked[0] ?? '', 'http://engine').searchParams.get('filters')
  expect(JSON.parse(filters ?? '')).toMatchObject({ label: ['com.docker.compose.project=odin'] })
})

test('an engine that tells nothing of a project says so', async () => {
  const { hands } = await serving((_, response) => json(response, { message: 'no events' }, 500))
  await expect(hands.changesIn('odin', () => {}, forever)).rejects.toThrow('no events')
})

test('several services are found by one list, and only they are looked at', async () => {
  const label = (service: string) => ({ 'com.docker.compose.service': service })
  const { hands, asked } = await serving((request, response) =>
    request.url?.startsWith('/containers/json')
      ? json(response, [
          { Id: 'a', Names: ['/a'], State: 'running', Labels: label('loki') },
          { Id: 'b', Names: ['/b'], State: 'running', Labels: label('grafana') },
        ])
      : json(response, { message: 'gone' }, 404),
  )
  expect(await hands.containersOfServices('odin', ['loki'], forever)).toEqual([])
  expect(asked.map((path) => path.replace(/\?.*/, ''))).toEqual([
    '/containers/json',
    '/containers/a/json',
  ])
})

test('starting what runs and stopping what does not is no failure', async () => {
  const { hands, asked } = await serving((_, response) => response.writeHead(304).end())
  await hands.start('one')
  await hands.stop('one', 20)
  expect(asked).toEqual(['/containers/one/start', '/containers/one/stop?t=20'])
})
