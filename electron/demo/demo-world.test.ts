import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sha256 } from './container-spec.ts'
import { type DemoWorld, openDemoWorld } from './demo-world.ts'

let parent: string
let world: DemoWorld

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'w-'))
  world = await openDemoWorld(parent)
})

afterEach(async () => {
  await world.close()
  await rm(parent, { recursive: true, force: true })
})

const configFile = () => join(world.dockerConfigDirectory, 'config.json')
const config = async () => JSON.parse(await readFile(configFile(), 'utf8')) as unknown
const states = (engine: 'desktop' | 'native') => world[engine].containers.map(({ state }) => state)

test('begins with the stack on Docker Desktop, and the other engine empty', async () => {
  expect(await config()).toEqual({ auths: {}, currentContext: 'desktop-linux' })
  expect(states('desktop')).toEqual(Array(14).fill('running'))
  expect(states('native')).toEqual([])
  const meta = join(world.dockerConfigDirectory, 'contexts', 'meta', sha256('desktop-linux'))
  expect(JSON.parse(await readFile(join(meta, 'meta.json'), 'utf8'))).toEqual({
    Name: 'desktop-linux',
    Metadata: { Description: 'Docker Desktop' },
    Endpoints: { docker: { Host: world.desktop.endpoint, SkipTLSVerify: false } },
  })
  expect(world.defaultEndpoint).toBe(world.native.endpoint)
})

test('its environment stays inside the world and pins nothing', () => {
  expect(Object.keys(world.env)).not.toContain('DOCKER_HOST')
  expect(Object.keys(world.env)).not.toContain('DOCKER_CONTEXT')
  for (const path of Object.values(world.env)) expect(path.startsWith(world.directory)).toBe(true)
})

test('switches as the command line does: another file takes the name, nothing is left over', async () => {
  const before = await stat(configFile())
  await world.contextUse('default')
  const after = await stat(configFile())
  expect(after.ino).not.toBe(before.ino)
  expect(after.mode & 0o777).toBe(0o600)
  expect(await config()).toEqual({ auths: {} })
  await world.contextUse('desktop-linux')
  expect(await config()).toEqual({ auths: {}, currentContext: 'desktop-linux' })
  expect((await readdir(world.dockerConfigDirectory)).sort()).toEqual([
    'config.json',
    'contexts',
    'desktop',
  ])
})

test('Docker Desktop takes the context with it when it quits, and back when it starts', async () => {
  await world.quitDesktop()
  expect(world.desktop.answers).toBe(false)
  expect(await config()).toEqual({ auths: {} })
  await world.startDesktop()
  expect(world.desktop.answers).toBe(true)
  expect(await config()).toMatchObject({ currentContext: 'desktop-linux' })
  expect(states('desktop')).toEqual(Array(14).fill('running'))
})

test('Docker Desktop can be started as the unit that it is', async () => {
  const { userUnits } = world
  await world.quitDesktop()
  const unit = 'docker-desktop.service'
  expect(await userUnits.state(unit)).toEqual({ exists: true, active: 'inactive' })
  await userUnits.start(unit)
  expect(await userUnits.state(unit)).toEqual({ exists: true, active: 'active' })
  expect(await userUnits.state('other.service')).toMatchObject({ exists: false })
  await expect(userUnits.start('other.service')).rejects.toThrow('not found')
})

test('the exporters come up on the wrong engine as far as their ports are free', () => {
  world.composeUp(world.native, 'docker-compose-exporters.yml')
  expect(states('native').sort()).toEqual([
    ...Array(4).fill('created'),
    ...Array(3).fill('running'),
  ])
  const gpu = world.native.find('odin-nvidia-gpu-exporter-1')
  expect(gpu).toMatchObject({ exitCode: 128, error: expect.stringContaining(':9835: bind') })
  world.composeDown(world.native)
  expect(states('native')).toEqual([])
  expect(states('desktop')).toHaveLength(14)
})

test('while Docker Desktop is away every port is free', async () => {
  await world.quitDesktop()
  world.composeUp(world.native)
  expect(states('native')).toEqual(Array(14).fill('running'))
})

test('close removes what it made and nothing else', async () => {
  await world.close()
  await world.close()
  expect(await readdir(parent)).toEqual([])
})

test('says so when the directory is too deep for a socket, and leaves nothing there', async () => {
  const deep = await mkdtemp(join(parent, 'x'.repeat(80)))
  await expect(openDemoWorld(deep)).rejects.toThrow('shorter path')
  expect(await readdir(deep)).toEqual([])
})
