import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Step } from '../../../../shared/plan/plan.ts'
import {
  anEngineOfDirectories,
  type Known,
} from '../../../../test/support/an-engine-of-directories.ts'
import { dataWorkHere } from '../../../../test/support/data-work-here.ts'
import type { EngineHands } from '../../../adapters/docker/hands/engine-hands.ts'
import { createRepository } from '../../../backup/repository/open-repository.ts'
import type { Repository } from '../../../backup/repository/repository.ts'
import { boundDirectorySource } from '../../../backup/sources/host/configuration.ts'
import type { OperationSite } from '../../ops.ts'
import { restoreVolumeOp } from './restore-volume.ts'

type RestoreVolume = Extract<Step, { kind: 'RestoreVolume' }>

let directory: string
let site: OperationSite
let repository: Repository
let snapshot: string
let component: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'restore-'))
  const { signal } = new AbortController()
  site = { id: 'operation', keepDirectory: join(directory, 'keep'), signal }
  repository = await createRepository(join(directory, 'repository'), { recipients: [] })
  const source = boundDirectorySource({ path: await aTree(join(directory, 'then')), usedBy: [] })
  component = source.id
  const draft = await repository.begin()
  await draft.add(source, signal, () => {})
  const facts = {
    ...{ stack: 'odin', reason: 'manual' as const, startedAt: new Date().toISOString() },
    ...{ machine: 'odin', engine: null, images: {}, gaps: [], writtenBy: '1' },
  }
  snapshot = (await draft.commit(facts, signal)).id
})
afterEach(() => rm(directory, { recursive: true, force: true }))

async function aTree(path: string): Promise<string> {
  await mkdir(join(path, 'sub/deep'), { recursive: true })
  await writeFile(join(path, 'one'), 'one')
  await writeFile(join(path, 'sub/deep/two'), Buffer.alloc(300_000, 'two'), { mode: 0o600 })
  await writeFile(join(path, 'empty'), '')
  await symlink('../one', join(path, 'sub/link'))
  return path
}

async function anotherTree(path: string): Promise<void> {
  await mkdir(join(path, 'later/more'), { recursive: true })
  await writeFile(join(path, 'one'), 'changed', { mode: 0o640 })
  await writeFile(join(path, 'later/more/new'), 'new')
  // A file where a directory will be, and the other way round.
  await writeFile(join(path, 'sub'), 'no directory')
  await mkdir(join(path, 'empty'))
}

/** Everything that a restore answers for. */
async function contentOf(path: string): Promise<string> {
  const find = `find . -printf '%p %y %m %U %G %l\\n' | sort; find . -type f -exec sha256sum {} + | sort`
  return (await promisify(execFile)('sh', ['-c', find], { cwd: path })).stdout
}

const step = (different: Partial<RestoreVolume> = {}): RestoreVolume => ({
  kind: 'RestoreVolume',
  ...{ endpoint: 'unix:///engine.sock', engineId: 'DESK', stack: 'odin', snapshot, component },
  ...{ title: 'data', place: { type: 'volume', source: 'data', below: '' }, leave: [] },
  make: { driver: 'local', options: {}, labels: {} },
  counts: null,
  cause: 'test',
  ...different,
})

function opOn(hands: EngineHands, from: Repository) {
  const openHands = async () => hands
  return restoreVolumeOp({ openHands, workOnData: dataWorkHere(openHands, async () => from) })
}

async function aWorld(options: { containers?: Known[]; before?: (call: string) => void } = {}) {
  const engine = anEngineOfDirectories(join(directory, 'volumes'), options)
  const volume = await engine.addVolume('data')
  await anotherTree(volume)
  const op = opOn(engine.hands, repository)
  return { engine, volume, op, before: await contentOf(volume) }
}
const then = () => contentOf(join(directory, 'then'))

describe('a volume', () => {
  test('becomes what the snapshot holds and nothing else, and what it was again', async () => {
    const { volume, op, before, engine } = await aWorld()
    await op.precondition(step(), site)
    await expect(op.verify(step(), site)).rejects.toThrow(/volume data is not as it is/)
    await op.run(step(), site)
    await op.verify(step(), site)
    expect(await contentOf(volume)).toBe(await then())
    await op.rollback(step(), site)
    expect(await contentOf(volume)).toBe(before)
    expect(engine.helpersLeft()).toBe(0)
  })

  test('keeps names that nobody backed up', async () => {
    const { volume, op } = await aWorld()
    await writeFile(join(volume, 'lock'), 'mine')
    await op.run(step({ leave: ['lock'] }), site)
    await op.verify(step({ leave: ['lock'] }), site)
    expect(await readdir(volume)).toContain('lock')
  })

  test('that is missing is made, and stays when it is rolled back', async () => {
    const { op, engine } = await aWorld()
    const place = { type: 'volume' as const, source: 'gone', below: '' }
    await op.run(step({ place }), site)
    expect(await contentOf(engine.directoryOf('gone'))).toBe(await then())
    await op.rollback(step({ place }), site)
    expect(engine.volumes.has('gone')).toBe(true)
    expect(await readdir(engine.directoryOf('gone'))).toEqual([])
  })

  test('that somebody uses, or that is another one, is left alone', async () => {
    const container = { id: '1', name: 'web', project: 'p', service: 'web', volumes: ['data'] }
    const { op, before, volume } = await aWorld({
      containers: [{ ...container, state: 'running' }],
    })
    await expect(op.precondition(step(), site)).rejects.toThrow('web runs and writes to volume')
    await expect(op.run(step(), site)).rejects.toThrow('web runs and writes to volume')
    const make = { driver: 'nfs', options: {}, labels: {} }
    await expect(op.precondition(step({ make }), site)).rejects.toThrow(/is not the one/)
    expect(await contentOf(volume)).toBe(before)
  })

  test('or directory that somebody started by hand writes to is left alone', async () => {
    const container = { id: '1', name: 'web', project: 'p', service: 'web', volumes: [] }
    const { op } = await aWorld({
      containers: [{ ...container, state: 'running', directories: ['/srv/data/sub'] }],
    })
    const place = { type: 'bind' as const, source: '/srv/data', below: 'sub' }
    await expect(op.precondition(step({ place }), site)).rejects.toThrow(
      'web runs and writes to bind /srv/data',
    )
  })

  test('is put back from nothing that is damaged', async () => {
    const { op, before, volume, engine } = await aWorld()
    const broken: Repository = {
      ...repository,
      read: (files, each, signal) =>
        repository.read(
          files,
          (file) => each(file, Readable.from([Buffer.from('cut')], { objectMode: false })),
          signal,
        ),
    }
    const other = opOn(engine.hands, broken)
    await expect(other.run(step(), site)).rejects.toThrow()
    await op.rollback(step(), site)
    expect(await contentOf(volume)).toBe(before)
  })
})

test('what was kept is damaged: that is told before anything is taken back', async () => {
  const { op, volume } = await aWorld()
  await op.run(step(), site)
  const all = await readdir(site.keepDirectory, { recursive: true })
  const kept = join(site.keepDirectory, all.find((name) => name.endsWith('before.tar.zst')) ?? '')
  const bytes = await readFile(kept)
  bytes[bytes.length - 20] = (bytes.at(-20) ?? 0) ^ 1
  await rm(kept)
  await writeFile(kept, bytes)
  await writeFile(join(volume, 'since'), 'mine')
  const now = await contentOf(volume)
  await expect(op.rollback(step(), site)).rejects.toThrow('is damaged, so nothing is taken back')
  expect(await contentOf(volume)).toBe(now)
})

describe('cut off at any call of the engine', () => {
  /** Breaks at the given call, and at every one after it, as for a process that is gone. */
  function fuse(at: number) {
    let calls = 0
    let isOn = true
    return {
      before() {
        calls += 1
        if (isOn && calls >= at) throw new Error('killed')
      },
      mend() {
        isOn = false
      },
      calls: () => calls,
    }
  }

  async function callsOf(): Promise<number> {
    const counting = fuse(Number.POSITIVE_INFINITY)
    const { op } = await aWorld(counting)
    await op.run(step(), site)
    await rm(site.keepDirectory, { recursive: true, force: true })
    return counting.calls()
  }

  test('going on makes it all new, and rolling back all old, twice as once', async () => {
    const all = await callsOf()
    expect(all).toBeGreaterThan(15)
    const right = await then()
    for (let at = 1; at <= all; at += 1) {
      const burning = fuse(at)
      const { op, volume, before, engine } = await aWorld(burning)
      await expect(op.run(step(), site), `call ${at}`).rejects.toThrow('killed')
      burning.mend()
      if (at % 2 === 0) {
        await op.rollback(step(), site)
        await op.rollback(step(), site)
        expect(await contentOf(volume), `rolled back after call ${at}`).toBe(before)
      } else {
        await op.run(step(), site)
        await op.verify(step(), site)
        expect(await contentOf(volume), `gone on with after call ${at}`).toBe(right)
        await op.rollback(step(), site)
        expect(await contentOf(volume), `and back after call ${at}`).toBe(before)
      }
      expect(engine.helpersLeft(), `helpers after call ${at}`).toBe(0)
      await rm(site.keepDirectory, { recursive: true, force: true })
    }
  })
})
