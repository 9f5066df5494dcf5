import { hash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SnapshotFile } from '../../../shared/domain/snapshot.ts'
import { aBackupSource } from '../../../test/support/a-backup-source.ts'
import { aRepository, backUp, noSignal } from '../../../test/support/a-repository.ts'
import { openRepository } from './open-repository.ts'
import { FilesDamaged } from './read-files.ts'
import type { Repository } from './repository.ts'

let root: string
let repository: Repository
let files: readonly SnapshotFile[]

const contents = {
  'a.yml': 'first',
  'b.yml': 'the same',
  'c.yml': 'the same',
  empty: '',
  large: randomBytes(1_500_000),
  'z.yml': 'last',
}

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'read-files-'))
  repository = await aRepository(root)
  const { id } = await backUp(repository, aBackupSource(contents))
  files = await repository.files(id)
})
afterEach(() => rm(root, { recursive: true, force: true }))

/** What came whole, and the names of what is damaged. */
async function readAll(wanted: readonly SnapshotFile[], from = repository) {
  const read: Record<string, Buffer> = {}
  const damaged: unknown = await from
    .read(
      wanted,
      async ({ path }, content) => {
        read[path] = await buffer(content)
      },
      noSignal(),
    )
    .catch((error) => error)
  if (damaged !== undefined && !(damaged instanceof FilesDamaged)) throw damaged
  return { read: Object.keys(read), lost: damaged?.files.map(({ path }) => path) ?? [] }
}

async function onlyPack(of: string): Promise<string> {
  const [directory = ''] = await readdir(join(of, 'packs'))
  const [pack = ''] = await readdir(join(of, 'packs', directory))
  return join(of, 'packs', directory, pack)
}

/** As if the repository held something else than it should. */
const butWith = (paths: readonly string[], change: (file: SnapshotFile) => Partial<SnapshotFile>) =>
  files.map((file) => (paths.includes(file.path) ? { ...file, ...change(file) } : file))

const all = Object.keys(contents)

test('all files come, those that are the same from one member', async () => {
  const { read, lost } = await readAll(files)
  expect(read.toSorted()).toEqual(all)
  expect(lost).toEqual([])
})

test.each([['a.yml'], ['empty'], ['large'], ['b.yml'], ['c.yml'], ['z.yml']])(
  '%s that is not what it was is lost alone, and never comes whole',
  async (path) => {
    const sha256 = hash('sha256', 'something else')
    // What several are the same as is checked once, as the first of them.
    const lost = path === 'b.yml' ? ['b.yml', 'c.yml'] : [path]
    const changed = await readAll(butWith([path], () => ({ sha256 })))
    expect(changed).toEqual({ read: expect.not.arrayContaining(lost), lost })
    expect(changed.read.length).toBe(all.length - lost.length)
    const longer = await readAll(butWith([path], ({ sizeBytes }) => ({ sizeBytes: sizeBytes + 1 })))
    expect(longer.lost).toEqual(lost)
  },
)

test('of a pack that is cut off what comes after that is lost, and what several are the same as too', async () => {
  await truncate(await onlyPack(root), 20)
  const { read, lost } = await readAll(files)
  expect(read).toEqual([])
  expect(lost.toSorted()).toEqual(all)
})

test('what is the same as a large file before the damage is given like that one', async () => {
  const large = randomBytes(1_500_000)
  const other = await aRepository(join(root, 'other'))
  const copies = { a: large, b: large, c: large }
  const source = aBackupSource({ ...copies, y: randomBytes(1_500_000), z: 'last' })
  const { id } = await backUp(other, source)
  const listed = await other.files(id)
  await truncate(await onlyPack(join(root, 'other')), 2_500_000)
  expect(await readAll(listed, other)).toEqual({ read: ['a', 'b', 'c'], lost: ['y', 'z'] })
})

describe('where one bit of the checksums is another', () => {
  let id: string
  beforeEach(async () => {
    id = (await repository.snapshots()).sound[0]?.id ?? ''
    const path = join(root, 'snapshots', id, 'SHA256SUMS.zst')
    const sums = await readFile(path)
    await writeFile(path, sums.with(100, (sums[100] ?? 0) ^ 1))
    repository = await openRepository(root, { recipients: [] })
    files = await repository.files(id)
  })

  test('all is listed and comes, and the check says what is lost', async () => {
    expect(files.map(({ path }) => path)).toEqual(all)
    expect(files.filter(({ sha256 }) => sha256 !== undefined)).toEqual([])
    const { read, lost } = await readAll(files)
    expect(read.toSorted()).toEqual(all)
    expect(lost).toEqual([])
    const found = await repository.verify(id, noSignal(), () => {})
    expect(found).toEqual([{ snapshot: id, packs: [], files: [], papers: ['SHA256SUMS.zst'] }])
  })

  test('nothing comes out of a pack that is not as its name says, nobody could tell how it was', async () => {
    const path = await onlyPack(root)
    const pack = await readFile(path)
    // In the middle of the random bytes, which zstd keeps as they are.
    await writeFile(path, pack.with(700_000, (pack[700_000] ?? 0) ^ 1))
    const { read, lost } = await readAll(files)
    expect(read).toEqual([])
    expect(lost.toSorted()).toEqual(all)
    const [found] = await repository.verify(id, noSignal(), () => {})
    expect(found?.papers).toEqual(['SHA256SUMS.zst'])
    expect(found?.files.toSorted()).toEqual(all.map((one) => `volume:data/${one}`))
    await rm(path)
    expect((await readAll(files)).lost.toSorted()).toEqual(all)
  })

  test('the next snapshot stores anew what nobody knows the content of', async () => {
    const { id: next } = await backUp(repository, aBackupSource(contents))
    const listed = await repository.files(next)
    expect(listed.every(({ sha256 }) => sha256 !== undefined)).toBe(true)
    expect((await readAll(listed)).lost).toEqual([])
  })
})

test('a reader that fails by itself ends it, and nothing is called damaged', async () => {
  const failure = new Error('the disk is full')
  const reading = repository.read(
    files,
    async ({ path }, content) => {
      if (path !== 'large') return void (await buffer(content))
      for await (const _chunk of content) throw failure
    },
    noSignal(),
  )
  await expect(reading).rejects.toBe(failure)
})
