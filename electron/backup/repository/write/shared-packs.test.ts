import { readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { aBackupSource } from '../../../../test/support/a-backup-source.ts'
import { aPlaceForARepository } from '../../../../test/support/a-place-for-a-repository.ts'
import { aRepository, backUp, contentsOf, noSignal } from '../../../../test/support/a-repository.ts'
import type { Repository } from '../repository.ts'

const place = aPlaceForARepository()
const day = 86_400_000
const start = Date.parse('2026-11-01T02:00:00Z')
const after = (days: number) => new Date(start + days * day).toISOString()
let today = start

const aClockedRepository = () => {
  today = start
  return aRepository(place.directory, { recipients: [] }, { now: () => today })
}
const on = async (repository: Repository, days: number, contents: Record<string, string>) => {
  today = start + days * day
  return backUp(repository, aBackupSource(contents))
}
const theFirstPack = async () => join(place.directory, 'packs', (await place.packs())[0] ?? '')

/** With the same size, so that nobody sees it who does not read it. */
async function alter(path: string): Promise<void> {
  const bytes = await readFile(path)
  bytes[20] = (bytes[20] ?? 0) ^ 1
  await rm(path)
  await writeFile(path, bytes)
}

const spoilings: Record<string, (path: string) => Promise<void>> = {
  missing: (path) => rm(path),
  empty: (path) => truncate(path, 0),
  'too short': (path) => truncate(path, 30),
}

test.each(Object.keys(spoilings))('what lies in a pack that is %s is packed anew', async (how) => {
  const repository = await aClockedRepository()
  await on(repository, 0, { a: 'one' })
  await spoilings[how]?.(await theFirstPack())
  const { id, marks } = await on(repository, 1, { a: 'one', b: 'two' })
  expect(marks.verifiedAt).toBe(after(1))
  expect(await repository.verify(id, noSignal(), () => {})).toEqual([])
  const files = await repository.files(id)
  expect(await contentsOf(repository, files)).toEqual({
    'volume:data/a': 'one',
    'volume:data/b': 'two',
  })
})

test('a snapshot that needs what is gone is damaged from then on, and others are not', async () => {
  const repository = await aClockedRepository()
  const first = await on(repository, 0, { a: 'one' })
  const lost = await theFirstPack()
  await truncate(lost, 0)
  const second = await on(repository, 1, { a: 'one', b: 'two' })
  const { damaged } = (await repository.find(first.id)).marks
  expect(damaged?.packs.map((pack) => lost.includes(pack))).toEqual([true])
  expect(damaged?.files).toEqual(['volume:data/a'])
  expect((await repository.find(second.id)).marks.damaged).toBeUndefined()
})

test('a snapshot is no more verified than what it shares, which takes turns in being read again', async () => {
  const repository = await aClockedRepository()
  await on(repository, 0, { a: 'one' })
  const next = await on(repository, 1, { a: 'one', b: 'two' })
  expect(next.marks.verifiedAt).toBe(after(0))
  const later = await on(repository, 10, { a: 'one', b: 'two' })
  expect(later.manifest.addedBytes).toBe(0)
  expect(later.marks.verifiedAt).toBe(after(10))
  await alter(await theFirstPack())
  const unseen = await on(repository, 11, { a: 'one', b: 'two' })
  expect(unseen.marks.verifiedAt).toBe(after(10))
  const seen = await on(repository, 20, { a: 'one', b: 'two' })
  expect(seen.marks.verifiedAt).toBe(after(20))
  expect(await repository.verify(seen.id, noSignal(), () => {})).toEqual([])
})

test('a check counts as read, and what nobody remembers is read before it is shared', async () => {
  const repository = await aClockedRepository()
  await on(repository, 0, { a: 'one' })
  today = start + 3 * day
  await repository.verify('all', noSignal(), () => {})
  expect((await on(repository, 4, { a: 'one' })).marks.verifiedAt).toBe(after(3))
  await rm(join(place.directory, 'marks', 'packs.json'))
  const read = await on(repository, 5, { a: 'one' })
  expect([read.manifest.addedBytes, read.marks.verifiedAt]).toEqual([0, after(5)])
  await rm(join(place.directory, 'marks', 'packs.json'))
  await alter(await theFirstPack())
  const { id } = await on(repository, 6, { a: 'one' })
  expect(await repository.verify(id, noSignal(), () => {})).toEqual([])
})
