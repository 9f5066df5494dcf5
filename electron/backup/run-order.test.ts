import { access, mkdtemp, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addAbortSignal, Readable } from 'node:stream'
import { beforeEach, expect, test } from 'vitest'
import type { SnapshotGap } from '../../shared/domain/snapshot.ts'
import { usualBackup } from '../../shared/stack/stack-schema.ts'
import { aStack } from '../../test/support/a-world.ts'
import { type BackupOrder, type BackupOutcome, type BackupProgress, unfinished } from './order.ts'
import { createRepository, isRepository, openRepository } from './repository/open-repository.ts'
import type { Repository } from './repository/repository.ts'
import { orderRunner } from './run-order.ts'
import type { BackupSource, SourceItem } from './sources/source.ts'

const key = { recipients: [] }
const stack = aStack({
  backup: { ...usualBackup, keep: { last: 2, hourly: 0, daily: 0, weekly: 0, monthly: 0 } },
})

let directory: string
let sources: BackupSource[]
let gaps: SnapshotGap[]
let awake: string[]
let closed: boolean[]
let time: number

beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'run-order-')), 'repository')
  sources = [source('configuration'), source('volume:odin_data')]
  gaps = []
  awake = []
  closed = []
  time = Date.parse('2026-11-23T02:15:00Z')
})

function item(path: string, content: string | (() => Readable)): SourceItem {
  return {
    path,
    type: 'file',
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtimeSeconds: 1,
    sizeBytes: typeof content === 'string' ? content.length : 1,
    open: typeof content === 'string' ? () => Readable.from([Buffer.from(content)]) : content,
  }
}

function source(
  id: string,
  content: string | ((signal: AbortSignal) => Readable) = id,
): BackupSource {
  return {
    id,
    kind: id.startsWith('volume') ? 'volume' : 'configuration',
    title: `All of ${id}`,
    packing: id.startsWith('volume') ? 'new-files' : 'self-contained',
    open: async (signal) => ({
      consistency: 'live',
      facts: {},
      items: (async function* () {
        yield item('a', typeof content === 'string' ? content : () => content(signal))
      })(),
      gaps: () => [],
      close: async () => {},
    }),
  }
}

/** The space that a repository says it has left. */
let freeBytes: number | undefined
const withSpace = (repository: Repository): Repository => ({
  ...repository,
  space: async () => ({
    ...(await repository.space()),
    ...(freeBytes !== undefined && { freeBytes }),
  }),
})
beforeEach(() => {
  freeBytes = undefined
})

const run = (
  order: Partial<BackupOrder> & Pick<BackupOrder, 'kind'>,
  onProgress: (progress: BackupProgress) => void = () => {},
  signal: AbortSignal = new AbortController().signal,
): Promise<BackupOutcome> => {
  time += 60_000
  return orderRunner({
    openRepository: async () =>
      (await isRepository(directory))
        ? withSpace(await openRepository(directory, key, { now: () => time }))
        : undefined,
    createRepository: () => createRepository(directory, key, { now: () => time }),
    gather: async () => ({
      sources,
      engine: null,
      images: async () => ({}),
      gaps,
      close: async (committed) => void closed.push(committed),
    }),
    drill: async () => ({ outcome: 'done', sentence: 'It would do.', problems: [] }),
    secondCopy: async () => Promise.reject(new Error('restic is not there.')),
    openHands: async () => Promise.reject(new Error('There is no engine here.')),
    keepAwake(why) {
      awake.push(why)
      return () => void awake.push('released')
    },
    machine: 'odin',
    version: '1.2.3',
    now: () => time,
  })({ stack, ...order } as BackupOrder, onProgress, signal)
}

const backup = { kind: 'backup', reason: 'manual' } as const
const ids = async () => (await readdir(join(directory, 'snapshots'))).toSorted()

test('the first backup makes the repository, and keeps the machine awake meanwhile', async () => {
  const told: BackupProgress[] = []
  const outcome = await run({ ...backup, note: 'before the move', pin: 'mine' }, (one) =>
    told.push(one),
  )
  expect(outcome).toMatchObject({ outcome: 'done', problems: [] })
  expect(outcome.sentence).toMatch(
    /^2 files of odin \(\d+ bytes, .* new\) were kept and verified in /,
  )
  const { sound } = await (await openRepository(directory, key)).snapshots()
  expect(sound).toMatchObject([
    {
      id: outcome.snapshot,
      manifest: { reason: 'manual', note: 'before the move', machine: 'odin', writtenBy: '1.2.3' },
      marks: { pinned: 'mine', verifiedAt: expect.any(String) },
    },
  ])
  expect(told.map(({ phase, what }) => `${phase} ${what}`)).toEqual([
    'preparing odin',
    'reading All of configuration',
    'reading All of volume:odin_data',
    'verifying The new snapshot of odin',
  ])
  expect(awake).toEqual(['Snapshots of odin', 'released'])
  expect(closed).toEqual([true])
})

test('the next one knows how much there is to read', async () => {
  await run(backup)
  const told: BackupProgress[] = []
  await run(backup, (one) => told.push(one))
  expect(told.at(-1)).toMatchObject({ totalBytes: 'configurationvolume:odin_data'.length })
})

test('what cannot be read is a gap, and the rest is kept', async () => {
  sources.push({
    ...source('volume:odin_loki'),
    open: () => Promise.reject(new Error('loki may not be stopped for it.')),
  })
  gaps.push({
    component: 'engine',
    sentence: 'No data of the engine is in it: it does not answer.',
  })
  const outcome = await run(backup)
  expect(outcome).toMatchObject({
    outcome: 'partial',
    problems: [
      'No data of the engine is in it: it does not answer.',
      'All of volume:odin_loki is not in it: loki may not be stopped for it.',
    ],
  })
  expect(outcome.sentence).toContain('; 2 parts could not be read.')
})

test('only what is asked for', async () => {
  gaps.push({ component: 'engine', sentence: 'Nobody asked.' })
  const outcome = await run({ ...backup, only: ['configuration'] })
  expect(outcome).toMatchObject({ outcome: 'done', problems: [] })
  expect(await run({ ...backup, only: ['nonsense'] })).toMatchObject({
    outcome: 'failed',
    sentence: 'Nothing of odin is nonsense; there are configuration, volume:odin_data.',
  })
  expect(closed).toEqual([true, false])
})

test('a short copy before a plan takes no lock against sleep', async () => {
  await run({ kind: 'backup', reason: 'before-plan', only: ['configuration'] })
  expect(awake).toEqual([])
})

test('a cancel in the middle of a file costs nothing', async () => {
  await run(backup)
  const before = await ids()
  const cancelling = new AbortController()
  sources = [
    source('configuration', 'another'),
    source('volume:odin_data', (signal) => addAbortSignal(signal, new Readable({ read() {} }))),
  ]
  const outcome = await run(
    backup,
    ({ what }) => {
      if (what === 'All of volume:odin_data') setImmediate(() => cancelling.abort())
    },
    cancelling.signal,
  )
  expect(outcome).toMatchObject({
    outcome: 'cancelled',
    sentence: 'Cancelled; earlier snapshots are as they were.',
  })
  expect(await ids()).toEqual(before)
  expect(await readdir(join(directory, 'tmp'))).toEqual([])
  expect(await run(backup, undefined, AbortSignal.abort())).toMatchObject({ outcome: 'cancelled' })
})

test.each([
  ['prune', 'Cancelled; what is in the trash by now stays there for seven days.'],
  ['second-copy', 'Cancelled; the snapshots here are as they were.'],
  ['restore', 'Cancelled.'],
] as const)('of a cancelled %s no more is said than is so', (kind, sentence) => {
  expect(unfinished('Cancelled', kind)).toBe(sentence)
})

test('a snapshot that cannot fit is not begun', async () => {
  await run(backup)
  freeBytes = 1_000
  const outcome = await run(backup)
  expect(outcome.outcome).toBe('failed')
  expect(outcome.sentence).toMatch(
    /^A snapshot would need about .* has 1000 bytes free\. Keep fewer/,
  )
  expect(await ids()).toHaveLength(1)
})

test('who comes while another writes is told so, and may try again', async () => {
  await run(backup)
  const draft = await (await openRepository(directory, key)).begin()
  expect(await run(backup)).toMatchObject({ outcome: 'failed', busy: true })
  await draft.abandon()
  expect(await run(backup)).toMatchObject({ outcome: 'done' })
})

test('after a scheduled snapshot what is too old goes, and a dry run only says so', async () => {
  for (let night = 0; night < 3; night++) {
    sources = [source('configuration', `${night}`), source('volume:odin_data', `${night}`)]
    await run({ kind: 'backup', reason: 'manual' })
  }
  const dry = await run({ kind: 'prune', dryRun: true })
  expect(dry.sentence).toMatch(/^1 snapshot of odin would go, 2 snapshots stay; /)
  expect(dry.problems).toHaveLength(3)
  expect(await ids()).toHaveLength(3)
  await run({ kind: 'backup', reason: 'scheduled' })
  expect(await ids()).toHaveLength(2)
  expect(await run({ kind: 'prune', dryRun: false })).toMatchObject({
    outcome: 'done',
    sentence: 'All 2 snapshots of odin are kept.',
  })
})

test('a check reads everything again', async () => {
  const { snapshot = '' } = await run(backup)
  const outcome = await run({ kind: 'verify' })
  expect(outcome).toMatchObject({ outcome: 'done', problems: [] })
  expect(outcome.sentence).toMatch(/^The snapshot of odin is sound: .* were read\.$/)
  expect(await run({ kind: 'verify', snapshot })).toMatchObject({ outcome: 'done', snapshot })
  expect(await run({ kind: 'verify', snapshot: 'nonsense' })).toMatchObject({
    outcome: 'failed',
    sentence: 'No snapshot ends in nonsense.',
  })
})

test('without snapshots there is nothing to check, and no repository is made for it', async () => {
  for (const kind of ['verify', 'prune', 'drill', 'second-copy'] as const) {
    expect(await run({ kind })).toMatchObject({
      outcome: 'failed',
      sentence: 'There are no snapshots of odin yet.',
    })
  }
  await expect(access(directory)).rejects.toThrow()
})

test('drills and second copies are done by whoever knows how', async () => {
  await run(backup)
  expect(await run({ kind: 'drill' })).toMatchObject({ outcome: 'done', sentence: 'It would do.' })
  expect(await run({ kind: 'second-copy', check: false })).toMatchObject({
    outcome: 'failed',
    sentence: 'restic is not there.',
  })
})
