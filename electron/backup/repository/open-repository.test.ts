import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { aBackupSource, aDirectory, aFile, aLink } from '../../../test/support/a-backup-source.ts'
import { aRepository, backUp, contentsOf, noSignal } from '../../../test/support/a-repository.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'repository-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

test('gives back what was put in, byte for byte, and says of what it is', async () => {
  const repository = await aRepository(directory)
  const entry = await backUp(
    repository,
    aBackupSource([
      aDirectory('.', 0o700),
      aFile('a', 'one'),
      aFile('empty', ''),
      aLink('to', '../elsewhere'),
      aFile('deep/b', 'x'.repeat(5_000_000)),
    ]),
  )
  expect(entry.manifest.components).toEqual([
    expect.objectContaining({ id: 'volume:data', files: 3, sizeBytes: 5_000_003 }),
  ])
  expect(entry.marks.verifiedAt).toBeDefined()
  const { sound, broken } = await repository.snapshots()
  expect(sound).toEqual([entry])
  expect(broken).toEqual([])
  const files = await repository.files(entry.id)
  expect(files.map(({ path, type }) => [path, type])).toEqual([
    ['.', 'directory'],
    ['a', 'file'],
    ['empty', 'file'],
    ['to', 'symlink'],
    ['deep/b', 'file'],
  ])
  expect(await contentsOf(repository, files)).toEqual({
    'volume:data/a': 'one',
    'volume:data/empty': '',
    'volume:data/deep/b': 'x'.repeat(5_000_000),
  })
  expect(await repository.verify('all', noSignal(), () => {})).toEqual([])
  expect(await readdir(join(directory, 'tmp'))).toEqual([])
})
