import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { layoutOf } from '../../electron/backup/repository/layout.ts'
import { openRepository } from '../../electron/backup/repository/open-repository.ts'
import { type Repository, RepositoryBusy } from '../../electron/backup/repository/repository.ts'
import { shelf } from '../../electron/backup/repository/shelf.ts'
import { unneededPacks } from '../../electron/backup/repository/sweep.ts'
import { verifySnapshots } from '../../electron/backup/repository/verify.ts'
import { aBackupSource, aFile } from '../support/a-backup-source.ts'
import { aRepository, backUp, contentsOf, noSignal } from '../support/a-repository.ts'
import { type ChildOrder, someSources } from './repository-child.ts'

const run = promisify(execFile)
const child = join(import.meta.dirname, 'repository-child.ts')

let root: string
/** Of three snapshots, never written to: each test has a copy. */
let original: string
let originalContents: Record<string, Record<string, string>>

const open = (directory: string) => openRepository(directory, { recipients: [] })

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'repository-faults-'))
  original = join(root, 'original')
  const repository = await aRepository(original)
  for (const number of [0, 1, 2]) await backUp(repository, ...someSources(number))
  originalContents = await contentsOfAll(repository)
})
afterAll(() => rm(root, { recursive: true, force: true }))

async function contentsOfAll(repository: Repository) {
  const { sound } = await repository.snapshots()
  const found: Record<string, Record<string, string>> = {}
  for (const { id } of sound) found[id] = await contentsOf(repository, await repository.files(id))
  return found
}

let copies = 0
async function aCopy(): Promise<string> {
  const directory = join(root, `copy-${++copies}`)
  await cp(original, directory, { recursive: true })
  return directory
}

type Ended = { code: number | null; signal: NodeJS.Signals | null; out: string }

/** All of its file system calls come from one thread, so that they can be counted. */
async function runChild(order: ChildOrder, ...strace: string[]): Promise<Ended> {
  const traced = ['-f', '--seccomp-bpf', '-qq', '-o', '/dev/null', ...strace, process.execPath]
  const started = spawn('strace', [...traced, child, JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, UV_THREADPOOL_SIZE: '1' },
  })
  let out = ''
  started.stdout.on('data', (chunk) => {
    out += String(chunk)
  })
  const [code, signal] = await once(started, 'close')
  return { code, signal, out }
}

/** Nothing damaged, and nothing there that no snapshot needs. */
async function expectClean(directory: string): Promise<void> {
  const layout = layoutOf(directory)
  const onShelf = shelf(layout, {})
  const { broken } = await onShelf.snapshots()
  expect(broken).toEqual([])
  expect(await readdir(layout.tmp)).toEqual([])
  expect([...(await unneededPacks(onShelf)).keys()]).toEqual([])
}

async function expectNoDamage(directory: string): Promise<void> {
  const layout = layoutOf(directory)
  const found = await verifySnapshots(await readdir(layout.snapshots), {
    layout,
    filesOf: (id) => shelf(layout, {}).files(id),
    signal: noSignal(),
    onBytes() {},
  })
  for (const damage of found) {
    expect(damage).toEqual({ snapshot: damage.snapshot, packs: [], files: [], papers: [] })
  }
}

/** Every one, and of the writes a sample: most of them only wake another thread. */
const calls = [
  { names: 'rename,renameat,renameat2', every: 1 },
  { names: 'fsync,fdatasync', every: 1 },
  { names: 'unlink,unlinkat,rmdir', every: 1 },
  { names: 'link,linkat', every: 1 },
  { names: 'write,pwrite64,writev', every: 29 },
]

/** Kills at the first, the second … such call, until there are no more. */
async function killAtEach(
  kind: ChildOrder['kind'],
  { names, every }: (typeof calls)[number],
  afterwards: (directory: string) => Promise<void>,
): Promise<number> {
  let kills = 0
  let next = 1
  const killOne = async (at: number): Promise<boolean> => {
    const directory = await aCopy()
    const inject = `inject=${names}:signal=KILL:when=${at}`
    const { code, signal } = await runChild({ directory, kind }, '-e', inject)
    if (signal === null) {
      expect(code).toBe(0)
      return false
    }
    expect(signal).toBe('SIGKILL')
    kills += 1
    await expectNoDamage(directory)
    await afterwards(directory)
    await expectNoDamage(directory)
    await expectClean(directory)
    await rm(directory, { recursive: true, force: true })
    return true
  }
  const killOn = async (): Promise<void> => {
    for (;;) {
      const at = next
      next += every
      if (!(await killOne(at))) return
    }
  }
  await Promise.all([killOn(), killOn()])
  return kills
}

describe.each(calls)('killed at every call of $names', (call) => {
  test('a backup leaves earlier snapshots as they were, and the next one succeeds', async () => {
    const kills = await killAtEach('backup', call, async (directory) => {
      const repository = await open(directory)
      expect(await contentsOfAll(repository)).toMatchObject(originalContents)
      const { id } = await backUp(repository, ...someSources(3))
      const files = await repository.files(id)
      expect(Object.keys(await contentsOf(repository, files))).toHaveLength(7)
    })
    expect(kills).toBeGreaterThan(0)
  })

  test('a prune leaves the others as they were, and the next one ends it', async () => {
    await killAtEach('prune', call, async (directory) => {
      const repository = await open(directory)
      const { sound } = await repository.snapshots()
      const [newest, middle] = Object.keys(originalContents)
      expect(await contentsOfAll(repository)).toMatchObject({
        [newest ?? '']: originalContents[newest ?? ''],
        [middle ?? '']: originalContents[middle ?? ''],
      })
      const forget = sound.slice(2).map(({ id }) => ({ id, reason: 'again' }))
      await repository.prune(forget, { dryRun: false, signal: noSignal() })
      expect((await repository.snapshots()).sound.map(({ id }) => id)).toEqual([newest, middle])
    })
  })

  test('a check leaves everything as it was', async () => {
    await killAtEach('verify', call, async (directory) => {
      const repository = await open(directory)
      expect(await contentsOfAll(repository)).toEqual(originalContents)
      // Killed while it wrote marks, it may have left the beginning of a file beside them.
      expect(await repository.verify('all', noSignal(), () => {})).toEqual([])
      for (const { marks } of (await repository.snapshots()).sound) {
        expect(marks.pinned).toBeUndefined()
        expect(marks.verifiedAt).toBeDefined()
      }
    })
  })
})

describe('the disk cannot read', () => {
  test('a pack: the check names it and the files that are lost with it', async () => {
    const directory = await aCopy()
    const repository = await open(directory)
    const { sound } = await repository.snapshots()
    const oldest = sound.at(-1)?.id ?? ''
    const file = (await repository.files(oldest)).find(({ path }) => path === '00B/chunks')
    const pack = layoutOf(directory).pack(file?.pack ?? '', false)
    const { out } = await runChild({ directory, kind: 'verify' }, '-P', pack, '-e', eio)
    const component = 'prometheus:odin/prometheus'
    expect(JSON.parse(out)).toEqual([
      {
        snapshot: oldest,
        packs: [file?.pack],
        files: [`${component}/00B/chunks`, `${component}/00B/meta.json`],
        papers: [],
      },
    ])
    expect((await repository.find(oldest)).marks.damaged?.packs).toEqual([file?.pack])
  })

  test('a file that is backed up: the others are kept', async () => {
    const directory = await aCopy()
    const from = join(root, 'files')
    await mkdir(from)
    for (const name of ['a', 'b', 'c']) await writeFile(join(from, name), name)
    const order: ChildOrder = { directory, kind: 'backup', from }
    const { out } = await runChild(order, '-P', join(from, 'b'), '-e', eio)
    const repository = await open(directory)
    const files = await repository.files(out.trim())
    expect(await contentsOf(repository, files)).toEqual({
      'volume:files/a': 'a',
      'volume:files/c': 'c',
    })
  })
})

const eio = 'inject=read,pread64:error=EIO'

describe('on a disk of 64 MB', () => {
  let disk: string
  let directory: string
  beforeEach(async () => {
    disk = await mkdtemp(join(root, 'disk-'))
    const image = join(root, 'image')
    await writeFile(image, '')
    await truncate(image, 64 * 1024 * 1024)
    await run('mkfs.ext4', ['-q', '-F', '-m', '0', image])
    await run('mount', ['-o', 'loop', image, disk])
    directory = join(disk, 'repository')
  })
  afterEach(async () => {
    await run('umount', [disk])
  })

  const random = (bytes: number) => aBackupSource({ big: randomBytes(bytes) })

  test('a backup that does not fit says so, costs nothing, and the next one succeeds', async () => {
    const repository = await aRepository(directory)
    const first = await backUp(repository, ...someSources(1))
    const { freeBytes } = await repository.space()
    for (const items of [
      aBackupSource({ big: randomBytes(80 * 1024 * 1024) }),
      aBackupSource(Array.from({ length: 300 }, (_, n) => aFile(`${n}`, randomBytes(300_000)))),
    ]) {
      await expect(backUp(repository, items)).rejects.toThrow(/the disk is full/)
      await expectClean(directory)
      await expectNoDamage(directory)
    }
    expect((await repository.space()).freeBytes).toBeGreaterThan(freeBytes - 200_000)
    expect((await repository.snapshots()).sound).toEqual([first])
    await backUp(repository, random(1_000_000))
    await expectClean(directory)
  })

  test('with only so much space left, every step that may fail leaves it whole', async () => {
    const repository = await aRepository(directory)
    await backUp(repository, ...someSources(1))
    const outcomes: string[] = []
    for (let leftBytes = 0; leftBytes <= 400_000; leftBytes += 25_000) {
      const filler = join(disk, 'filler')
      // dd ends when the disk is full, and says so.
      await run('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4k']).catch(() => {})
      const { size } = await stat(filler)
      await truncate(filler, size - leftBytes)
      const outcome = await backUp(repository, ...someSources(2), {
        ...random(200_000),
        id: 'volume:b',
      }).then(
        () => 'kept',
        (error: Error) => error.message,
      )
      outcomes.push(outcome)
      await expectNoDamage(directory)
      await rm(filler)
      const { sound } = await repository.snapshots()
      expect(sound.length).toBe(1 + outcomes.filter((one) => one === 'kept').length)
    }
    expect(outcomes[0]).toMatch(/the disk is full/)
    expect(outcomes.at(-1)).toBe('kept')
    await backUp(repository, ...someSources(3))
    await expectClean(directory)
  })
})

test('of two processes at once one is told that the other one writes', async () => {
  const directory = await aCopy()
  const repository = await open(directory)
  const draft = await repository.begin()
  const { code } = await runChild({ directory, kind: 'backup' }, '-e', 'trace=none')
  expect(code).not.toBe(0)
  await expect(repository.begin()).rejects.toThrow(RepositoryBusy)
  await expect(repository.begin()).rejects.toThrow(
    `Process ${process.pid} is writing to ${directory}`,
  )
  await draft.abandon()
  const both = await Promise.all(
    [1, 2].map(() => runChild({ directory, kind: 'backup' }, '-e', 'trace=none')),
  )
  const done = both.filter((one) => one.code === 0)
  expect(done.length).toBeGreaterThan(0)
  expect((await repository.snapshots()).sound).toHaveLength(3 + done.length)
  await expectNoDamage(directory)
  await expectClean(directory)
})
