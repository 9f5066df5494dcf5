import { createHash } from 'node:crypto'
import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Manifest, SnapshotEntry } from '../../../../shared/domain/snapshot.ts'
import type { Step, StepKind } from '../../../../shared/plan/plan.ts'
import {
  anEngineOfDirectories,
  type Known,
} from '../../../../test/support/an-engine-of-directories.ts'
import type { BackupOutcome } from '../../../backup/order.ts'
import type { Repository } from '../../../backup/repository/repository.ts'
import type { OperationSite } from '../../ops.ts'
import { checkSnapshotOp } from './check-snapshot.ts'
import { removeFilesOp } from './remove-files.ts'
import { startServicesOp, stopServicesOp } from './running-set.ts'
import { takeSnapshotOp } from './take-snapshot.ts'

type StepOf<K extends StepKind> = Extract<Step, { kind: K }>

let directory: string
let site: OperationSite
const cause = 'test'

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'restore-ops-'))
  const { signal } = new AbortController()
  site = { id: 'test', keepDirectory: join(directory, 'keep'), signal }
})
afterEach(() => rm(directory, { recursive: true, force: true }))

describe('StopServices and StartServices', () => {
  const at = { endpoint: 'unix:///engine.sock', engineId: 'DESK' }
  const services = [
    { project: 'odin', service: 'grafana' },
    { project: 'odin', service: 'web' },
  ]
  const stop: StepOf<'StopServices'> = { kind: 'StopServices', ...at, services, cause }
  const start: StepOf<'StartServices'> = {
    ...{ kind: 'StartServices', ...at, services, seconds: 5, cause },
  }

  function aWorld() {
    const one = (id: string, service: string, state: Known['state']): Known => ({
      ...{ id, name: `odin-${service}-${id}`, project: 'odin', service, state, volumes: [] },
    })
    const containers = [
      one('1', 'grafana', 'running'),
      one('2', 'web', 'running'),
      one('3', 'web', 'exited'),
      one('4', 'other', 'running'),
    ]
    const { hands } = anEngineOfDirectories(directory, { containers })
    const states = () => containers.map(({ state }) => state)
    const open = async () => hands
    return { stop: stopServicesOp(open), start: startServicesOp(open), states, containers }
  }

  test('stop what runs of them, and start exactly that again', async () => {
    const world = aWorld()
    await world.stop.precondition(stop, site)
    await world.stop.run(stop, site)
    await world.stop.verify(stop, site)
    expect(world.states()).toEqual(['exited', 'exited', 'exited', 'running'])
    await world.start.run(start, site)
    await world.start.verify(start, site)
    expect(world.states()).toEqual(['running', 'running', 'exited', 'running'])
  })

  test('cut off half way, they still know what ran at first', async () => {
    const world = aWorld()
    await world.stop.run(stop, site)
    // The process that stopped them is gone, and another one does all of it again.
    await world.stop.run(stop, site)
    await world.start.run(start, site)
    expect(world.states()).toEqual(['running', 'running', 'exited', 'running'])
    await world.start.rollback(start, site)
    expect(world.states()).toEqual(['exited', 'exited', 'exited', 'running'])
    await world.stop.rollback(stop, site)
    await world.stop.rollback(stop, site)
    expect(world.states()).toEqual(['running', 'running', 'exited', 'running'])
  })

  test('where nothing was stopped, nothing is started', async () => {
    const world = aWorld()
    await world.stop.rollback(stop, site)
    await world.start.run(start, site)
    expect(world.states()).toEqual(['running', 'running', 'exited', 'running'])
  })

  test('one that Compose has made anew is started in place of the old one', async () => {
    const world = aWorld()
    await world.stop.run(stop, site)
    const [grafana] = world.containers
    if (grafana) grafana.id = 'another'
    await world.start.run(start, site)
    expect(world.states()[0]).toBe('running')
  })

  test('one that would not come up says so', async () => {
    const world = aWorld()
    await world.stop.run(stop, site)
    world.containers.splice(0, 1)
    await expect(world.start.run(start, site)).rejects.toThrow('odin-grafana-1 is gone')
  })
})

describe('TakeSnapshot', () => {
  const step: StepOf<'TakeSnapshot'> = {
    kind: 'TakeSnapshot',
    ...{ stack: 'odin', reason: 'before-restore', note: 'before', pin: 'before', cause },
    ...{ only: ['configuration', 'volume:data'], places: ['data'] },
  }
  const held = { id: 'volume:data', facts: { volume: 'data' } }

  function aWorld(
    manifest: object = { id: 'S1', components: [held], gaps: [] },
    outcomes: Partial<BackupOutcome>[] = [{}],
  ) {
    let taken = 0
    const entry = { id: 'S1', manifest: manifest as Manifest, marks: {}, storedBytes: 0 }
    const unpinned: string[] = []
    const aged = (note: string, pinned: string, days: number) => ({
      id: `${pinned} ${days}`,
      manifest: {
        reason: 'before-restore',
        note,
        startedAt: new Date(Date.now() - days * 86_400_000).toISOString(),
      },
      marks: { pinned },
    })
    const sound = [aged('ours', 'ours', 8), aged('ours', 'ours', 6), aged('ours', 'theirs', 8)]
    const repository = {
      find: async (): Promise<SnapshotEntry> => entry,
      snapshots: async () => ({ sound, broken: [] }),
      mark: async (id: string) => void unpinned.push(id),
    } as unknown as Repository
    const op = takeSnapshotOp({
      openRepository: async () => repository,
      async takeSnapshot() {
        const outcome = outcomes[Math.min(taken, outcomes.length - 1)]
        taken += 1
        const usual = { outcome: 'done', sentence: 'Kept.', problems: [], milliseconds: 1 } as const
        return { ...usual, snapshot: 'S1', ...outcome }
      },
    })
    return { op, unpinned, taken: () => taken }
  }

  test('is taken once, also when it is asked for again', async () => {
    const { op, taken } = aWorld()
    await expect(op.verify(step, site)).rejects.toThrow('has not been kept')
    await op.run(step, site)
    await op.run(step, site)
    await op.verify(step, site)
    await op.rollback(step, site)
    expect(taken()).toBe(1)
  })

  test('that lacks what will be written over is none', async () => {
    const gap = { component: 'volume:data', sentence: 'It cannot be read.' }
    const half = aWorld({ id: 'S1', components: [held], gaps: [gap] })
    await expect(half.op.run(step, site)).rejects.toThrow(
      'The present content of data is not in the snapshot that was to keep it: It cannot be read.',
    )
    const without = aWorld({ id: 'S1', components: [], gaps: [] })
    await expect(without.op.run(step, site)).rejects.toThrow('present content of data is not in')
  })

  test('takes the pin off those that nothing can be undone from any more', async () => {
    const { op, unpinned } = aWorld()
    await op.run(step, site)
    expect(unpinned).toEqual(['ours 8'])
  })

  test('waits for whoever is writing one', async () => {
    const busy = { outcome: 'failed' as const, busy: true as const, sentence: 'Busy.' }
    const { op, taken } = aWorld(undefined, [busy, {}])
    await op.run(step, site)
    expect(taken()).toBe(2)
  })
})

describe('CheckSnapshot', () => {
  const engine = { endpoint: 'unix:///engine.sock', engineId: 'DESK', growsBytes: 1000 }
  const step: StepOf<'CheckSnapshot'> = {
    kind: 'CheckSnapshot',
    ...{ stack: 'odin', snapshot: 'S1', components: ['volume:data'], files: [], keepBytes: 10 },
    ...{ engine, cause },
  }

  async function check(freeBytes: number | undefined) {
    const { hands } = anEngineOfDirectories(directory)
    const deeds: string[] = []
    const remarks: string[] = []
    const op = checkSnapshotOp({
      openHands: async () => ({
        ...hands,
        identity: hands.identity,
        freeBytes: async () => freeBytes,
      }),
      openRepository: async () => ({ directory }) as Repository,
      workOnData: async (_stack, deed) => void deeds.push(deed.what),
    })
    await mkdir(site.keepDirectory)
    const ended = op.run(step, { ...site, remark: (remark) => remarks.push(remark) })
    return { ended, deeds, remarks }
  }

  test('data that would not fit on the disk of the engine is not even read', async () => {
    const { ended, deeds } = await check(1050)
    await expect(ended).rejects.toThrow(
      'What comes back needs 1.1 KiB on the disk of the engine at unix:///engine.sock, which has 1.0 KiB free.',
    )
    expect(deeds).toEqual([])
  })

  test('what fits is read, and where nobody can see the disk that is said', async () => {
    const seen = await check(1200)
    await seen.ended
    expect(seen).toMatchObject({ deeds: ['check'], remarks: [''] })
    await rm(site.keepDirectory, { recursive: true })
    const hidden = await check(undefined)
    await hidden.ended
    expect(hidden.deeds).toEqual(['check'])
    expect(hidden.remarks).toEqual([
      'How much room the disk of the engine at unix:///engine.sock has cannot be seen from here.',
    ])
  })
})

describe('RemoveFiles', () => {
  const step = async (): Promise<StepOf<'RemoveFiles'>> => {
    const file = join(directory, 'made.yml')
    await writeFile(file, 'made')
    const sha256 = 'e2e2cdd24bd62c5ba9fcde3d4c4eccdbb0e3ba72dcf54d7c0ab8c56f3d4a3d3f'
    return { kind: 'RemoveFiles', files: [{ file, sha256 }], cause }
  }

  test('a file that somebody has changed is theirs', async () => {
    const changed = await step()
    await expect(removeFilesOp.precondition(changed, site)).rejects.toThrow('was changed since')
    await removeFilesOp.run(changed, site)
    expect(await readFile(changed.files[0]?.file ?? '', 'utf8')).toBe('made')
  })

  test('what the restore made goes, and comes back when that is rolled back', async () => {
    const made = await step()
    const [one] = made.files
    const sha256 = createHash('sha256').update('made').digest('hex')
    const right = { ...made, files: [{ file: one?.file ?? '', sha256 }] }
    await removeFilesOp.precondition(right, site)
    await removeFilesOp.run(right, site)
    await removeFilesOp.run(right, site)
    await removeFilesOp.verify(right, site)
    await removeFilesOp.rollback(right, site)
    expect(await readFile(one?.file ?? '', 'utf8')).toBe('made')
  })

  test('and comes back for those who could read it before', async () => {
    const made = await step()
    const file = made.files[0]?.file ?? ''
    const sha256 = createHash('sha256').update('made').digest('hex')
    const right = { ...made, files: [{ file, sha256 }] }
    const isRoot = process.getuid?.() === 0
    await chmod(file, 0o664)
    if (isRoot) await chown(file, 1234, 2345)
    await removeFilesOp.run(right, site)
    await removeFilesOp.rollback(right, site)
    const { mode, uid, gid } = await stat(file)
    expect(mode & 0o7777).toBe(0o664)
    if (isRoot) expect([uid, gid]).toEqual([1234, 2345])
  })
})
