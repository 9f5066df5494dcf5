import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Step } from '../../../shared/plan/plan.ts'
import {
  anEngineStandIn,
  type ContainerStandIn,
  type EngineStandIn,
} from '../../../test/support/an-engine-stand-in.ts'
import { connectHands } from '../../adapters/docker/hands/connect-hands.ts'
import type { OperationSite } from '../ops.ts'
import { holdContainersOp } from './hold-containers.ts'
import type { OpenHands } from './with-engine.ts'

type HoldContainers = Extract<Step, { kind: 'HoldContainers' }>

let root: string
let site: OperationSite
let engine: EngineStandIn
const engineId = 'HOME'
const project = 'odin'

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'so-'))
  site = { id: 'test', keepDirectory: join(root, 'keep'), signal: new AbortController().signal }
  engine = await anEngineStandIn(join(root, 'e.sock'), engineId)
})
afterEach(async () => {
  await engine.stop()
  await rm(root, { recursive: true, force: true })
})

const open: OpenHands = async (endpoint) =>
  connectHands({ kind: 'unix', endpoint, path: endpoint.slice('unix://'.length) })
const on = () => ({ endpoint: engine.endpoint, engineId, cause: 'test' })

const op = holdContainersOp(open)
const step = (...held: ContainerStandIn[]): HoldContainers => ({
  kind: 'HoldContainers',
  from: 'default',
  containers: held.map(({ id, service }) => ({
    ...{ containerId: id, container: `odin-${service}-1`, always: true },
  })),
  ...on(),
})
const stray = (service: string, different: Partial<ContainerStandIn> = {}) =>
  engine.add({ project, service, state: 'running', policy: 'always', ...different })

test('they stay down when their engine starts again, and come back when it is undone', async () => {
  const [loki, grafana] = [stray('loki'), stray('grafana', { policy: 'unless-stopped' })]
  const both = step(loki, grafana)
  await op.precondition(both, site)
  await op.run(both, site)
  await engine.stop()
  await engine.start()
  await op.verify(both, site)
  expect(loki).toMatchObject({ state: 'exited', policy: 'unless-stopped' })
  expect(grafana).toMatchObject({ state: 'exited', policy: 'unless-stopped' })
  await op.run(both, site)
  await op.rollback(both, site)
  expect(loki).toMatchObject({ state: 'running', policy: 'always' })
  expect(grafana).toMatchObject({ state: 'running', policy: 'unless-stopped' })
})

test('one that did not run is not started, and another engine is left alone', async () => {
  const loki = stray('loki', { state: 'exited' })
  await op.run(step(loki), site)
  await op.rollback(step(loki), site)
  expect(loki).toMatchObject({ state: 'exited', policy: 'always' })
  await expect(op.run({ ...step(loki), engineId: 'OTHER' }, site)).rejects.toThrow(
    `Engine at ${engine.endpoint} is HOME, expected OTHER.`,
  )
  engine.containers.length = 0
  await expect(op.precondition(step(loki), site)).rejects.toThrow(/is not on .* any more/)
})

test('one that was paused is stopped, and paused again when it is undone, by whoever goes on', async () => {
  const loki = stray('loki', { state: 'paused' })
  await expect(op.verify(step(loki), site)).rejects.toThrow(
    'odin-loki-1 is paused, expected to be stopped.',
  )
  await op.rollback(step(loki), site)
  expect(loki.state).toBe('paused')
  await op.run(step(loki), site)
  await op.verify(step(loki), site)
  expect(loki.state).toBe('exited')
  engine.onRequest = (_method, path) => {
    if (path.endsWith('/pause')) throw new Error('The engine is dead.')
  }
  await expect(op.rollback(step(loki), site)).rejects.toThrow(/hung up/)
  engine.onRequest = () => {}
  await op.rollback(step(loki), site)
  await op.rollback(step(loki), site)
  expect(loki).toMatchObject({ state: 'paused', policy: 'always' })
})

test('how all were is on disk before the first is touched', async () => {
  const held = Array.from({ length: 9 }, (_, index) => stray(`s${index}`))
  const notes: number[] = []
  engine.onRequest = async (method) => {
    if (method !== 'POST') return
    const [file = ''] = await readdir(site.keepDirectory)
    const { containers } = JSON.parse(await readFile(join(site.keepDirectory, file), 'utf8'))
    notes.push(Object.keys(JSON.parse(containers)).length)
  }
  await op.run(step(...held), site)
  expect(notes).toHaveLength(18)
  expect(new Set(notes)).toEqual(new Set([9]))
})

test('cut off anywhere among them, it goes on to the end or comes back whole', async () => {
  for (const direction of ['continue', 'roll-back'] as const) {
    for (let deeds = 0; deeds < 10; deeds += 1) {
      site = { ...site, keepDirectory: join(root, `keep-${direction}-${deeds}`) }
      engine.containers.length = 0
      const held = ['a', 'b', 'c', 'd', 'e'].map((name) => stray(name))
      let done = 0
      engine.onRequest = (method) => {
        if (method === 'POST' && done++ >= deeds) throw new Error('The engine is dead.')
      }
      await expect(op.run(step(...held), site)).rejects.toThrow(/hung up/)
      engine.onRequest = () => {}
      if (direction === 'continue') {
        await op.run(step(...held), site)
        await op.verify(step(...held), site)
      } else {
        await op.rollback(step(...held), site)
      }
      const wanted = direction === 'continue' ? 'exited unless-stopped' : 'running always'
      expect(held.map(({ state, policy }) => `${state} ${policy}`)).toEqual(held.map(() => wanted))
    }
  }
})

test('one that does not stop is told, and nothing goes on behind its back', async () => {
  const held = Array.from({ length: 20 }, (_, index) => stray(`s${index}`))
  let asked = 0
  engine.onRequest = (method) => {
    if (method !== 'POST') return
    asked += 1
    if (asked === 1) throw new Error('The engine is dead.')
  }
  await expect(op.run(step(...held), site)).rejects.toThrow(/hung up/)
  const then = asked
  await expect(op.verify(step(...held), site)).rejects.toThrow(
    'odin-s0-1 is running, expected to be stopped.',
  )
  expect(then).toBeLessThan(20)
  expect(asked).toBe(then)
})

test('whoever lives in the network of another comes back after that one', async () => {
  const host = stray('vpn', { policy: 'no' })
  const guest = stray('client', { policy: 'no', network: `container:${host.id}` })
  await op.run(step(guest, host), site)
  const started: string[] = []
  engine.onRequest = (_method, path) => {
    if (path.endsWith('/start')) started.push(path.split('/').at(-2) ?? '')
  }
  await op.rollback(step(guest, host), site)
  expect(started).toEqual([host.id, guest.id])
})

test('of some that are gone the others come back, and it is said', async () => {
  const [loki, grafana] = [stray('loki'), stray('grafana')]
  await op.run(step(loki, grafana), site)
  engine.containers.splice(engine.containers.indexOf(grafana), 1)
  await expect(op.rollback(step(loki, grafana), site)).rejects.toThrow(
    'Gone, so not to be started again: odin-grafana-1.',
  )
  expect(loki).toMatchObject({ state: 'running', policy: 'always' })
})
