import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { layoutOf } from '../../../electron/backup/repository/layout.ts'
import { RepositoryBusy } from '../../../electron/backup/repository/repository.ts'
import { aBackupSource, aFile } from '../../support/a-backup-source.ts'
import { aRepository, backUp, contentsOf } from '../../support/a-repository.ts'
import { type ChildOrder, someSources } from './repository-child.ts'
import {
  expectClean,
  expectNoDamage,
  openPlain,
  type RepositoryWorld,
  repositoryWorld,
} from './repository-world.ts'

const run = promisify(execFile)

let world: RepositoryWorld
beforeAll(async () => {
  world = await repositoryWorld()
})
afterAll(() => world.close())

describe('the disk cannot read', () => {
  test('a pack: the check names it and the files that are lost with it', async () => {
    const directory = await world.aCopy()
    const repository = await openPlain(directory)
    const { sound } = await repository.snapshots()
    const oldest = sound.at(-1)?.id ?? ''
    const file = (await repository.files(oldest)).find(({ path }) => path === '00B/chunks')
    const pack = layoutOf(directory).pack(file?.pack ?? '', false)
    const { out } = await world.runChild({ directory, kind: 'verify' }, '-P', pack, '-e', eio)
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
    const directory = await world.aCopy()
    const from = join(world.root, 'files')
    await mkdir(from)
    for (const name of ['a', 'b', 'c']) await writeFile(join(from, name), name)
    const order: ChildOrder = { directory, kind: 'backup', from }
    const { out } = await world.runChild(order, '-P', join(from, 'b'), '-e', eio)
    const repository = await openPlain(directory)
    const files = await repository.files(out.trim())
    expect(await contentsOf(repository, files)).toEqual({
      'volume:files/a': 'a',
      'volume:files/c': 'c',
    })
  })
})

const eio = 'inject=read,pread64:error=EIO'

test('the disk cannot write what it was sent while a pack was written: there is no snapshot', async () => {
  const directory = await world.aCopy()
  const before = (await (await openPlain(directory)).snapshots()).sound
  const from = join(world.root, 'large')
  await mkdir(from)
  await writeFile(join(from, 'block'), randomBytes(80 * 1024 * 1024))
  // The kernel tells it once: when the pack is synced at its end, all seems to be well.
  const once = 'inject=fdatasync:error=EIO:when=1'
  const { code, out } = await world.runChild({ directory, kind: 'backup', from }, '-e', once)
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect((await (await openPlain(directory)).snapshots()).sound).toEqual(before)
  await expectNoDamage(directory)
})

describe('on a disk of 64 MB', () => {
  let disk: string
  let directory: string
  beforeEach(async () => {
    disk = await mkdtemp(join(world.root, 'disk-'))
    const image = join(world.root, 'image')
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
  const directory = await world.aCopy()
  const repository = await openPlain(directory)
  const draft = await repository.begin()
  const { code } = await world.runChild({ directory, kind: 'backup' }, '-e', 'trace=none')
  expect(code).not.toBe(0)
  await expect(repository.begin()).rejects.toThrow(RepositoryBusy)
  await expect(repository.begin()).rejects.toThrow(
    `Process ${process.pid} is writing to ${directory}`,
  )
  await draft.abandon()
  const both = await Promise.all(
    [1, 2].map(() => world.runChild({ directory, kind: 'backup' }, '-e', 'trace=none')),
  )
  const done = both.filter((one) => one.code === 0)
  expect(done.length).toBeGreaterThan(0)
  expect((await repository.snapshots()).sound).toHaveLength(3 + done.length)
  await expectNoDamage(directory)
  await expectClean(directory)
})
