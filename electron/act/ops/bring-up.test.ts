import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Step } from '../../../shared/plan/plan.ts'
import {
  anEngineStandIn,
  type ContainerStandIn,
  type EngineStandIn,
} from '../../../test/support/an-engine-stand-in.ts'
import { composeUp, isUpOf } from '../../adapters/compose/compose-up.ts'
import { connectHands } from '../../adapters/docker/hands/connect-hands.ts'
import { runningCommands } from '../../adapters/procfs/running-commands.ts'
import type { OperationSite } from '../ops.ts'
import { bringUpOp, type ComposeRunning, type ComposeUp } from './bring-up.ts'
import type { OpenHands } from './with-engine.ts'

type BringUp = Extract<Step, { kind: 'BringUp' }>

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

const step = (different: Partial<BringUp> = {}): BringUp => ({
  ...{ kind: 'BringUp', context: 'home', project, workingDir: root, files: [], envFiles: [] },
  ...{ services: ['init', 'loki'], oneShot: ['init'], down: ['init', 'loki'], seconds: 0.1 },
  ...on(),
  ...different,
})
const up = (health: ContainerStandIn['health'] = 'none') =>
  bringUpOp({
    ...{ openHands: open, composeRunning: async () => undefined },
    async composeUp() {
      engine.add({ project, service: 'init', state: 'exited', oneShot: true })
      engine.add({ project, service: 'loki', state: 'running', health })
    },
  })

test('one that ends with 0 counts as up, and only what was down is stopped again', async () => {
  const other = engine.add({ project, service: 'web', state: 'running' })
  await up().run(step(), site)
  await up().verify(step(), site)
  await up().rollback(step(), site)
  expect(engine.containers.map(({ service, state }) => `${service} ${state}`)).toEqual([
    'web running',
    'init exited',
    'loki exited',
  ])
  expect(other.starts).toBe(1)
})

test('hears of it when one becomes healthy, and asks for one list a look', async () => {
  const lists: string[] = []
  let loki: ContainerStandIn | undefined
  engine.onRequest = (_method, path) => {
    if (path !== '/containers/json') return
    lists.push(path)
    if (lists.length < 2 || !loki) return
    loki.health = 'healthy'
  }
  const op = bringUpOp({
    ...{ openHands: open, composeRunning: async () => undefined },
    async composeUp() {
      engine.add({ project, service: 'init', state: 'exited', oneShot: true })
      loki = engine.add({ project, service: 'loki', state: 'running' })
      loki.health = 'unhealthy'
    },
  })
  await op.run(step({ seconds: 60 }), site)
  expect(lists).toHaveLength(2)
})

test('says what is missing, and what is not healthy in time', async () => {
  const nothing = bringUpOp({
    ...{ openHands: open, composeUp: async () => {}, composeRunning: async () => undefined },
  })
  await expect(nothing.run(step(), site)).rejects.toThrow(
    'init has no container; loki has no container.',
  )
  engine.unhealthy.add('loki')
  await expect(up('healthy').run(step(), site)).rejects.toThrow(
    'loki is unhealthy, expected healthy.',
  )
})

describe('beside a compose that was left behind', () => {
  const start = {
    ...{ context: 'home', project, files: [], envFiles: [], services: ['loki'] },
  }
  const step = (): BringUp => ({
    ...{ kind: 'BringUp', ...start, workingDir: root, oneShot: [], down: ['loki'], seconds: 60 },
    ...on(),
  })
  const env = () => ({ PATH: `${root}:${process.env['PATH']}` })
  const composeRunning: ComposeRunning = async (wanted) =>
    (await runningCommands('/proc')).find(({ words }) => isUpOf(wanted, words))?.pid
  const op = (up: ComposeUp) => bringUpOp({ openHands: open, composeUp: up, composeRunning })

  /** A compose that runs until it is ended, as one does that outlives whoever began it. */
  async function leftBehind() {
    const docker = join(root, 'docker')
    await writeFile(docker, `#!/bin/sh\ntouch ${join(root, 'begun')}\nread line < ${root}/go\n`)
    await chmod(docker, 0o755)
    await promisify(execFile)('mkfifo', [join(root, 'go')])
    const ended = composeUp(step(), env(), new AbortController().signal)
    while (!(await readdir(root)).includes('begun')) await new Promise(setImmediate)
    return { ended, end: () => writeFile(join(root, 'go'), 'go\n') }
  }

  test('it is not begun a second time beside it, and not undone under it', async () => {
    const left = await leftBehind()
    const order: string[] = []
    left.ended.then(() => order.push('the first ended'))
    const loki = engine.add({ project, service: 'loki', state: 'running' })
    engine.onRequest = (method, path) => {
      if (method === 'POST' && path.endsWith('/stop')) order.push('stopped')
    }
    await expect(op(async () => {}).verify(step(), site)).rejects.toThrow(
      /^A docker compose up of odin that was begun before still runs as process \d+\.$/,
    )
    const runs = op(async () => void order.push('the second began')).run(step(), site)
    const undone = runs.then(() => op(async () => {}).rollback(step(), site))
    await left.end()
    await undone
    expect(order).toEqual(['the first ended', 'the second began', 'stopped'])
    expect(loki.state).toBe('exited')
  })

  test('one that does not end is said with its process, and nothing is touched', async () => {
    const left = await leftBehind()
    const loki = engine.add({ project, service: 'loki', state: 'running' })
    const patient = { ...step(), seconds: 0 }
    const never = async () => void expect.unreachable('It was begun all the same.')
    for (const direction of ['run', 'rollback'] as const) {
      await expect(op(never)[direction](patient, site)).rejects.toThrow(
        /still runs as process \d+\. It has not ended within 0 s: end it, or wait for it, and try again\.$/,
      )
    }
    expect(loki.state).toBe('running')
    await left.end()
    await left.ended
  })

  test('somebody else who brings up other services is not waited for', async () => {
    const left = await leftBehind()
    const other = { ...step(), services: ['grafana'] }
    expect(await composeRunning(step())).toBeGreaterThan(0)
    expect(await composeRunning(other)).toBeUndefined()
    await left.end()
    await left.ended
  })
})
