import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DockerContext } from '../../../shared/domain/docker-context.ts'
import type { EngineSight } from '../../../shared/domain/engine.ts'
import { type Collected, collected } from '../../../test/support/collected.ts'
import {
  aSocketPath,
  removeSocketDirectory,
  unixServer,
} from '../../../test/support/unix-server.ts'
import { composeContainer } from '../../demo/container-spec.ts'
import { desktopIdentity, nativeIdentity } from '../../demo/engine-identity.ts'
import { type SmallEngine, smallEngine } from '../../demo/small-engine.ts'
import { type EngineWatchers, engineWatchers } from './engines.ts'

let desktop: SmallEngine
let native: SmallEngine
let watching: EngineWatchers
let published: Collected<readonly EngineSight[]>
const cleanUps: Array<() => unknown> = []

beforeEach(async () => {
  const paths = [await aSocketPath(), await aSocketPath()].sort() as [string, string]
  desktop = smallEngine({ socketPath: paths[0], identity: desktopIdentity(paths[0]) })
  native = smallEngine({ socketPath: paths[1], identity: nativeIdentity() })
  await Promise.all([desktop.start(), native.start()])
  published = collected()
  watching = engineWatchers({ env: {}, homeDirectory: '/nowhere' })
  watching.start(published.add)
})
afterEach(async () => {
  await watching.stop()
  for (const cleanUp of cleanUps.splice(0)) await cleanUp()
  for (const { socketPath, stop } of [desktop, native]) {
    await stop()
    await removeSocketDirectory(socketPath)
  }
})

const context = (name: string, endpoint: string): DockerContext => ({ name, endpoint, tls: false })
const both = () => [context('desktop-linux', desktop.endpoint), context('native', native.endpoint)]

const add = (engine: SmallEngine, service: string, project = 'odin') =>
  engine.addContainer(
    composeContainer({
      project,
      service,
      image: 'x:1',
      workingDir: '/srv',
      composeFile: '/srv/c.yml',
    }),
  )

/** Waits until the engine is seen so. */
async function seen(engine: SmallEngine, fits: (sight: EngineSight) => boolean) {
  const mine = (sights: readonly EngineSight[]) =>
    sights.find(({ endpoint }) => endpoint === engine.endpoint)
  const sights = await published.until(
    (all) => {
      const sight = mine(all)
      return sight !== undefined && fits(sight)
    },
    Math.max(0, published.all.length - 1),
  )
  return mine(sights) as EngineSight
}

const answers = (sight: EngineSight) => sight.engine.status === 'known'
const isGone = (sight: EngineSight) =>
  sight.engine.status === 'unknown' && sight.engine.failure.code !== 'pending'
const containersOf = ({ containers }: EngineSight) =>
  containers.status === 'known' ? containers.value : []
const shows = (service: string, state: string) => (sight: EngineSight) =>
  containersOf(sight).some((one) => one.service === service && one.state === state)

describe('engines', () => {
  test('each is seen behind its contexts, by endpoint', async () => {
    watching.setContexts([...both(), context('default', native.endpoint)])
    const one = await seen(desktop, answers)
    expect(one).toMatchObject({
      contexts: ['desktop-linux'],
      engine: { value: { id: desktop.identity.id, kind: 'docker-desktop' } },
    })
    expect(await seen(native, answers)).toMatchObject({
      contexts: ['native', 'default'],
      engine: { value: { id: native.identity.id, kind: 'native' } },
    })
    expect(published.all.at(-1)?.map(({ endpoint }) => endpoint)).toEqual([
      desktop.endpoint,
      native.endpoint,
    ])
  })

  test('a context without an endpoint is none', async () => {
    watching.setContexts([context('broken', ''), ...both()])
    await seen(native, answers)
    expect(published.all.at(-1)).toHaveLength(2)
  })

  test('one that stops is listed on, unknown, with what was known', async () => {
    watching.setProjects(['odin'])
    add(desktop, 'prometheus')
    watching.setContexts(both())
    await seen(desktop, shows('prometheus', 'running'))
    await desktop.stop()
    const gone = await seen(desktop, isGone)
    expect(gone.engine).toMatchObject({ lastKnown: { id: desktop.identity.id } })
    expect(gone.containers).toMatchObject({
      status: 'unknown',
      lastKnown: [{ service: 'prometheus' }],
    })
    expect(await seen(native, answers)).toBeDefined()
  })

  test('one that starts is seen by its socket, time and again', async () => {
    await desktop.stop()
    watching.setContexts(both())
    for (let round = 0; round < 3; round += 1) {
      await seen(desktop, isGone)
      await desktop.start()
      await seen(desktop, answers)
      await desktop.stop()
    }
  })

  test('another one in its place is seen as another', async () => {
    watching.setContexts(both())
    await seen(desktop, answers)
    await desktop.stop()
    desktop.reset('somebody-else')
    await desktop.start()
    await seen(
      desktop,
      ({ engine }) => engine.status === 'known' && engine.value.id === 'somebody-else',
    )
  })

  test('one behind two endpoints speaks once', async () => {
    const second = await aSocketPath()
    const twin = smallEngine({ socketPath: second, identity: native.identity })
    await twin.start()
    cleanUps.push(
      () => twin.stop(),
      () => removeSocketDirectory(second),
    )
    const [first, other] = [native, twin].sort((a, b) => (a.endpoint < b.endpoint ? -1 : 1)) as [
      SmallEngine,
      SmallEngine,
    ]
    watching.setProjects(['odin'])
    for (const engine of [native, twin]) add(engine, 'prometheus')
    watching.setContexts([...both(), context('twin', twin.endpoint)])
    const silent = await seen(other, ({ sameAs }) => sameAs !== undefined)
    expect(silent).toMatchObject({
      sameAs: first.endpoint,
      containers: { status: 'known', value: [] },
    })
    const speaker = await seen(first, shows('prometheus', 'running'))
    expect(speaker).not.toHaveProperty('sameAs')
    await first.stop()
    await seen(
      other,
      (sight) => sight.sameAs === undefined && shows('prometheus', 'running')(sight),
    )
  })

  test('endpoints come and go with the contexts', async () => {
    watching.setContexts([context('native', native.endpoint)])
    await seen(native, answers)
    watching.setContexts([context('desktop-linux', desktop.endpoint)])
    await seen(desktop, answers)
    expect(published.all.at(-1)).toHaveLength(1)
    watching.setContexts([])
    await published.until((sights) => sights.length === 0, published.all.length - 1)
  })

  test('an address that makes no sense is unknown, and disturbs nobody', async () => {
    watching.setContexts([context('odd', 'npipe:////./pipe/docker_engine'), ...both()])
    await seen(native, answers)
    await watching.lookNow()
    const odd = published.all.at(-1)?.find(({ contexts }) => contexts.includes('odd'))
    expect(odd?.engine).toMatchObject({ status: 'unknown', failure: { code: 'invalid' } })
  })

  test('one that answers 500 while it starts is asked again', async () => {
    let ready = false
    const server = await unixServer((request, response) => {
      if (!ready) response.statusCode = 500
      if (ready && request.url?.startsWith('/events')) return response.writeHead(200).flushHeaders()
      response.end(JSON.stringify(ready ? { ID: 'late', ServerVersion: '1', OSType: 'linux' } : {}))
    })
    await server.start()
    cleanUps.push(server.stop, () => removeSocketDirectory(server.socketPath))
    watching.setContexts([context('late', server.endpoint)])
    await published.until((sights) => sights[0] !== undefined && isGone(sights[0]))
    ready = true
    await published.until((sights) => sights[0] !== undefined && answers(sights[0]))
  })
})

describe('containers', () => {
  beforeEach(async () => {
    watching.setProjects(['odin'])
    watching.setContexts(both())
    await seen(native, ({ containers }) => containers.status === 'known')
    await seen(desktop, ({ containers }) => containers.status === 'known')
  })

  test('are seen coming, ailing, dying and going', async () => {
    add(native, 'prometheus')
    await seen(native, shows('prometheus', 'running'))
    native.setHealth('odin-prometheus-1', 'unhealthy', 'no such file', 127)
    const ill = await seen(native, (sight) => containersOf(sight)[0]?.health === 'unhealthy')
    expect(containersOf(ill)[0]?.lastHealthcheck).toEqual({ exitCode: 127, output: 'no such file' })
    native.die('odin-prometheus-1', 137, { oom: true })
    const dead = await seen(native, shows('prometheus', 'exited'))
    expect(containersOf(dead)[0]).toMatchObject({ oomKilled: true, exitCode: 137 })
    expect(containersOf(dead)[0]?.diedAt).toHaveLength(1)
    native.remove('odin-prometheus-1')
    await seen(native, (sight) => containersOf(sight).length === 0)
  })

  test('that were killed are looked at again, for the engine may say later that memory ran out', async () => {
    add(native, 'prometheus')
    await seen(native, shows('prometheus', 'running'))
    native.die('odin-prometheus-1', 137)
    const dead = await seen(native, shows('prometheus', 'exited'))
    expect(containersOf(dead)[0]?.oomKilled).toBe(false)
    native.admitOom('odin-prometheus-1')
    await seen(native, (sight) => containersOf(sight)[0]?.oomKilled === true)
  })

  test('of other projects are left out, until they are wanted', async () => {
    add(native, 'web', 'other')
    add(native, 'grafana')
    const sight = await seen(native, shows('grafana', 'running'))
    expect(containersOf(sight)).toHaveLength(1)
    watching.setProjects(['odin', 'other'])
    await seen(native, shows('web', 'running'))
  })

  test('are not known when the question has changed', async () => {
    const before = published.all.length
    watching.setProjects(['elsewhere'])
    const sights = await published.until(() => true, before)
    for (const { containers } of sights) {
      if (containers.status === 'known') expect(containers.value).toEqual([])
      else expect(containers.failure.code).toBe('pending')
    }
    await seen(native, ({ containers }) => containers.status === 'known')
  })

  test('that die again and again carry each death', async () => {
    add(native, 'loki')
    await seen(native, shows('loki', 'running'))
    native.crashLoop('odin-loki-1', 4)
    const looping = await seen(native, shows('loki', 'restarting'))
    expect(containersOf(looping)[0]?.restartCount).toBe(3)
    expect(containersOf(looping)[0]?.diedAt.length).toBeGreaterThan(0)
  })

  test('that could not start are found, though no event tells', async () => {
    const container = add(native, 'grafana')
    container.state = 'created'
    await seen(native, shows('grafana', 'created'))
    container.error = 'port is already allocated'
    await seen(native, (sight) => containersOf(sight)[0]?.error !== '')
  })
})

test('nothing is published after stop', async () => {
  watching.setContexts(both())
  await seen(native, answers)
  await watching.stop()
  const before = published.all.length
  add(native, 'prometheus')
  watching.setProjects(['odin'])
  watching.setContexts([])
  await watching.lookNow()
  expect(published.all.length).toBe(before)
})
