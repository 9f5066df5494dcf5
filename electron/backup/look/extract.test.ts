import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { SnapshotEntry } from '../../../shared/domain/snapshot.ts'
import { aBackupSource, aDirectory, aFile, aLink } from '../../../test/support/a-backup-source.ts'
import { aRepository, backUp, noSignal } from '../../../test/support/a-repository.ts'
import type { Repository } from '../repository/repository.ts'
import { extract } from './extract.ts'

let directory: string
let repository: Repository
let snapshot: SnapshotEntry
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'extract-'))
  repository = await aRepository(join(directory, 'repository'))
  const source = aBackupSource([
    aDirectory('.', 0o700),
    aDirectory('conf', 0o750),
    aFile('conf/a.yml', 'ay'),
    aFile('conf/deep/b.yml', 'bee'),
    aLink('conf/inside', 'a.yml'),
    aLink('conf/outside', '/etc/passwd'),
    aFile('top', 'top'),
  ])
  snapshot = await backUp(repository, source)
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const out = (...parts: string[]) => join(directory, 'out', ...parts)
const take = (path: string, signal = noSignal()) =>
  extract(repository, snapshot, path, out(), signal)

test('a component under a name that can be one of a directory', async () => {
  const { places, files, problems } = await take('volume:data')
  expect(places).toEqual([out('volume-data')])
  expect(files).toBe(3)
  expect(await readFile(out('volume-data', 'conf', 'deep', 'b.yml'), 'utf8')).toBe('bee')
  expect((await lstat(out('volume-data'))).mode & 0o777).toBe(0o700)
  expect((await lstat(out('volume-data', 'conf'))).mode & 0o777).toBe(0o750)
  expect(problems).toEqual(['The link conf/outside is left out: it leads to /etc/passwd.'])
})

test('a directory, a file, and everything', async () => {
  await take('volume:data/conf/')
  expect((await readdir(out('conf'))).toSorted()).toEqual(['a.yml', 'deep', 'inside'])
  expect(await readlink(out('conf', 'inside'))).toBe('a.yml')
  await take('volume:data/top')
  expect(await readFile(out('top'), 'utf8')).toBe('top')
  expect((await take('')).places).toEqual([out('volume-data')])
})

test('files of several packs that are unpacked at once each lie where they belong', async () => {
  const names = Array.from({ length: 120 }, (_, at) => `${at % 11}/${at % 3}/${at}`)
  const part = (id: string) =>
    aBackupSource(
      names.map((name) => aFile(name, `${id} ${name}`)),
      { id },
    )
  snapshot = await backUp(repository, part('volume:one'), part('volume:two'))
  expect(await take('')).toMatchObject({ files: 2 * names.length, problems: [] })
  for (const name of names) {
    expect(await readFile(out('volume-one', name), 'utf8')).toBe(`volume:one ${name}`)
    expect(await readFile(out('volume-two', name), 'utf8')).toBe(`volume:two ${name}`)
  }
})

test('nothing is overwritten, and nothing else is written then', async () => {
  await mkdir(out())
  await writeFile(out('conf'), 'mine')
  await expect(take('volume:data/conf')).rejects.toThrow(
    `${out('conf')} is there already, and nothing is overwritten.`,
  )
  expect(await readFile(out('conf'), 'utf8')).toBe('mine')
  expect(await readdir(out())).toEqual(['conf'])
})

test('what is not there is said', async () => {
  await expect(take('volume:data/nothing')).rejects.toThrow(
    `There is no volume:data/nothing in snapshot ${snapshot.id}.`,
  )
  await expect(take('other')).rejects.toThrow('There is no other in snapshot')
})

test('a cancelled one ends', async () => {
  await expect(take('', AbortSignal.abort(new Error('Enough.')))).rejects.toThrow()
})
