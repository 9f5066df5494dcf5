import { hash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { SnapshotFile } from '../../../shared/domain/snapshot.ts'
import { aBackupSource } from '../../../test/support/a-backup-source.ts'
import { aRepository, backUp, noSignal } from '../../../test/support/a-repository.ts'
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
async function readAll(wanted: readonly SnapshotFile[]) {
  const read: Record<string, Buffer> = {}
  const damaged: unknown = await repository
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
  const [directory = ''] = await readdir(join(root, 'packs'))
  const [pack = ''] = await readdir(join(root, 'packs', directory))
  await truncate(join(root, 'packs', directory, pack), 20)
  const { read, lost } = await readAll(files)
  expect(read).toEqual([])
  expect(lost.toSorted()).toEqual(all)
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
