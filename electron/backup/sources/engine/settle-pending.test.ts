import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { aSocketPath, removeSocketDirectory } from '../../../../test/support/unix-server.ts'
import { connectHands } from '../../../adapters/docker/hands/connect-hands.ts'
import type { EngineHands } from '../../../adapters/docker/hands/engine-hands.ts'
import { composeContainer } from '../../../demo/container-spec.ts'
import { nativeIdentity } from '../../../demo/engine-identity.ts'
import { type SmallEngine, smallEngine } from '../../../demo/small-engine.ts'
import type { EngineParts } from './engine-parts.ts'
import { type PendingCleanups, type PendingOf, pendingCleanups } from './pending-cleanups.ts'
import { quiesce, whyNotStop } from './quiesce.ts'
import { settlePending, sweepHelpers } from './settle-pending.ts'

const forever = new AbortController().signal
let state: string
let engine: SmallEngine
let hands: EngineHands
let pending: PendingCleanups
let parts: EngineParts
let clock: number

beforeEach(async () => {
  clock = Date.parse('2026-11-23T10:00:00Z')
  state = await mkdtemp(join(tmpdir(), 'pending-'))
  const socketPath = await aSocketPath()
  engine = smallEngine({ socketPath, identity: nativeIdentity(), now: () => clock })
  await engine.start()
  hands = connectHands({ kind: 'unix', endpoint: engine.endpoint, path: socketPath })
  pending = pendingCleanups(state)
  const noted = { id: engine.identity.id, context: 'default', endpoint: engine.endpoint }
  parts = { hands, pending, engine: noted, mayStop: ['grafana', 'odin/loki'] }
})
afterEach(async () => {
  hands.close()
  await engine.stop()
  await removeSocketDirectory(engine.socketPath)
  await rm(state, { recursive: true })
})

const spec = (service: string) =>
  composeContainer({
    ...{ project: 'odin', service, image: `${service}:1` },
    ...{ workingDir: '/srv', composeFile: '/srv/compose.yml' },
  })
const add = (service: string) => engine.addContainer(spec(service))
const stateOf = (service: string) => engine.find(`odin-${service}-1`)?.state

async function upClose(service: string) {
  const [found] = await hands.containersOf('odin', service)
  if (!found) throw new Error(`${service} is not there`)
  return found
}

const directory = () => join(state, 'backup/pending')
const notes = () => readdir(directory()).catch(() => [])

/** As if the process that wrote the notes had died. */
async function die(change: (note: PendingOf<'start-container'>) => void = () => undefined) {
  for (const name of await notes()) {
    const path = join(directory(), name)
    const record = JSON.parse(await readFile(path, 'utf8'))
    record.owner.boot = 'an earlier start of the machine'
    change(record.change)
    await writeFile(path, JSON.stringify(record))
  }
}

const settle = () =>
  settlePending(
    pending,
    async () => connectHands({ kind: 'unix', endpoint: engine.endpoint, path: engine.socketPath }),
    forever,
  )

test('who is stopped is noted, and started again', async () => {
  add('grafana')
  const quieted = await quiesce(parts, [await upClose('grafana')], forever)
  expect(quieted.stopped).toEqual(['odin/grafana'])
  expect(stateOf('grafana')).toBe('exited')
  expect(await notes()).toHaveLength(1)
  clock += 1000
  await quieted.startAgain()
  expect(stateOf('grafana')).toBe('running')
  expect(await notes()).toEqual([])
})

test('consent is by service, or by project and service, and not for what is no service', async () => {
  add('grafana')
  add('loki')
  add('prometheus')
  const users = await Promise.all(['grafana', 'loki'].map(upClose))
  expect(await whyNotStop(parts, users, forever)).toBeUndefined()
  expect(await whyNotStop(parts, [...users, await upClose('prometheus')], forever)).toBe(
    'odin/prometheus may not be stopped for it',
  )
  const [grafana] = users
  if (!grafana) return
  const oneOff = { ...grafana, oneOff: true }
  expect(await whyNotStop(parts, [oneOff], forever)).toBe('odin/grafana may not be stopped for it')
  const passing = { ...grafana, autoRemove: true }
  expect(await whyNotStop(parts, [passing], forever)).toBe(
    'odin/grafana would be gone once it stopped',
  )
  const paused = { ...grafana, state: 'paused' as const }
  expect(await whyNotStop(parts, [paused], forever)).toBe('odin/grafana is paused')
})

test('where one cannot be stopped, those before it are started again', async () => {
  add('grafana')
  add('loki')
  const users = await Promise.all(['grafana', 'loki'].map(upClose))
  engine.remove('odin-loki-1')
  await expect(quiesce(parts, users, forever)).rejects.toThrow(/No such container/)
  expect(stateOf('grafana')).toBe('running')
  expect(await notes()).toEqual([])
})

test('what a dead process had stopped is started, once', async () => {
  add('grafana')
  await quiesce(parts, [await upClose('grafana')], forever)
  expect(await settle()).toEqual([])
  expect(stateOf('grafana')).toBe('exited')
  await die()
  clock += 8 * 3600 * 1000
  expect(await settle()).toEqual([{ sentence: 'odin/grafana was started again.', isDone: true }])
  expect(stateOf('grafana')).toBe('running')
  expect(await settle()).toEqual([])
})

test('what runs again is left alone', async () => {
  add('grafana')
  await quiesce(parts, [await upClose('grafana')], forever)
  await die()
  clock += 60_000
  engine.startContainer('odin-grafana-1')
  expect(await settle()).toEqual([{ sentence: 'odin/grafana is running again.', isDone: true }])
})

test('what a person has started and stopped since stays stopped', async () => {
  add('grafana')
  await quiesce(parts, [await upClose('grafana')], forever)
  await die()
  clock += 60_000
  engine.startContainer('odin-grafana-1')
  clock += 60_000
  engine.stopContainer('odin-grafana-1')
  const sentence = 'odin/grafana was left as it is: somebody has started and stopped it since.'
  expect(await settle()).toEqual([{ sentence, isDone: true }])
  expect(stateOf('grafana')).toBe('exited')
})

test('where nobody saw the end, it is ours only if it came when we asked', async () => {
  add('grafana')
  add('loki')
  const users = await Promise.all(['grafana', 'loki'].map(upClose))
  await quiesce(parts, users, forever)
  await die((note) => {
    delete (note as { finishedStamp?: string }).finishedStamp
    note.engineNow = note.container.service === 'loki' ? clock - 3_600_000 : clock - 2_000
  })
  expect((await settle()).map(({ sentence }) => sentence)).toEqual([
    'odin/grafana was started again.',
    'odin/loki was left as it is: it did not end when we stopped it.',
  ])
})

test('a container that Compose has made anew is started, unless it had been running', async () => {
  add('grafana')
  add('loki')
  await quiesce(parts, await Promise.all(['grafana', 'loki'].map(upClose)), forever)
  await die()
  for (const service of ['grafana', 'loki']) engine.remove(`odin-${service}-1`)
  clock += 60_000
  engine.addContainer(spec('grafana'), { startError: 'the port was taken' })
  add('loki')
  engine.stopContainer('odin-loki-1')
  expect((await settle()).map(({ sentence }) => sentence)).toEqual([
    'odin/grafana was started again.',
    'odin/loki was left as it is: somebody has made it anew and stopped it.',
  ])
})

test('what is gone with its project is not missed', async () => {
  add('grafana')
  await quiesce(parts, [await upClose('grafana')], forever)
  await die()
  engine.remove('odin-grafana-1')
  const sentence = 'odin/grafana is gone, so it was not started again.'
  expect(await settle()).toEqual([{ sentence, isDone: true }])
})

test('another engine is not touched, and a silent one is asked again', async () => {
  add('grafana')
  await quiesce(parts, [await upClose('grafana')], forever)
  await die()
  const { id } = engine.identity
  engine.reset('another-engine')
  expect(await settle()).toMatchObject([
    { isDone: false, sentence: expect.stringMatching(/leads to another engine\.$/) },
  ])
  await engine.stop()
  expect(await settle()).toMatchObject([
    { isDone: false, sentence: expect.stringMatching(/is not put back yet: There is no socket/) },
  ])
  expect(await notes()).toHaveLength(1)
  await engine.start()
  engine.reset(id)
  expect(await settle()).toMatchObject([{ isDone: true }])
  expect(await notes()).toEqual([])
})

test('a note that makes no sense is told and kept', async () => {
  const note = await pending.note(parts.engine, { kind: 'remove-helper', helper: 'x' })
  const [name = ''] = await notes()
  const path = join(directory(), name)
  await writeFile(path, '{"kind":')
  expect(await settle()).toEqual([
    {
      sentence: `${path} makes no sense, so it is not known what it says to put back.`,
      isDone: false,
    },
  ])
  await note.done()
  await note.done()
  expect(await notes()).toEqual([])
})

test('helpers that nobody can be using any more are removed, and nothing else', async () => {
  const helper = (name: string) =>
    engine.addContainer({ ...spec(name), name, labels: { 'io.odin-sentinel.helper': name } })
  clock = Date.now() - 3 * 24 * 3600 * 1000
  helper('old')
  add('grafana')
  clock = Date.now()
  helper('new')
  expect(await sweepHelpers(hands, forever)).toBe(1)
  expect((await hands.helpers()).map(({ id }) => id)).toEqual(['new'])
  expect(stateOf('grafana')).toBe('running')
})
