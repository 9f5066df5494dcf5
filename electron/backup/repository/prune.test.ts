import { readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { aBackupSource } from '../../../test/support/a-backup-source.ts'
import { aPlaceForARepository, plain } from '../../../test/support/a-place-for-a-repository.ts'
import { aRepository, backUp, noSignal } from '../../../test/support/a-repository.ts'
import { openRepository } from './open-repository.ts'
import type { Repository } from './repository.ts'

const place = aPlaceForARepository()

describe('prune', () => {
  const options = { dryRun: false, signal: noSignal() }
  const forget = (...ids: string[]) => ids.map((id) => ({ id, reason: 'for the test' }))
  const someSnapshots = async (repository: Repository, count: number) => {
    const ids: string[] = []
    for (let n = 0; n < count; n++) {
      ids.push(
        (await backUp(repository, aBackupSource({ same: 'same', [`${n}`]: `only ${n}` }))).id,
      )
    }
    return ids
  }

  test('moves to the trash what only the forgotten need, and copied back it is there again', async () => {
    const repository = await aRepository(place.directory)
    const [a = '', b = '', c = ''] = await someSnapshots(repository, 3)
    const dry = await repository.prune(forget(b), { ...options, dryRun: true })
    expect((await repository.snapshots()).sound).toHaveLength(3)
    expect(await repository.prune(forget(b), options)).toEqual(dry)
    expect(dry.packs).toBe(1)
    expect((await repository.snapshots()).sound.map(({ id }) => id)).toEqual([c, a])
    expect(await repository.verify('all', noSignal(), () => {})).toEqual([])
    const [day = ''] = await readdir(join(place.directory, 'trash'))
    const trash = join(place.directory, 'trash', day)
    expect((await readdir(trash)).sort()).toEqual(['marks', 'packs', 'snapshots'])
    await rename(join(trash, 'snapshots', b), join(place.directory, 'snapshots', b))
    for (const [pack = ''] of [await readdir(join(trash, 'packs'), { recursive: true })]) {
      await rm(join(place.directory, 'packs', pack), { recursive: true, force: true })
      await rename(join(trash, 'packs', pack), join(place.directory, 'packs', pack))
    }
    expect(await repository.verify(b, noSignal(), () => {})).toEqual([])
  })

  test('empties the trash after seven days, and not before', async () => {
    let now = Date.UTC(2026, 10, 23)
    const repository = await aRepository(place.directory, plain, { now: () => now })
    const [a = ''] = await someSnapshots(repository, 3)
    await repository.prune(forget(a), options)
    now += 7 * 86_400_000
    await repository.prune([], options)
    expect(await readdir(join(place.directory, 'trash'))).toEqual(['2026-11-23'])
    now += 86_400_000
    await repository.prune([], options)
    expect(await readdir(join(place.directory, 'trash'))).toEqual([])
  })

  test('refuses what must not go', async () => {
    let now = Date.UTC(2026, 10, 23)
    const repository = await aRepository(place.directory, plain, { now: () => now })
    const [a = '', b = '', c = ''] = await someSnapshots(repository, 3)
    await expect(repository.prune(forget(a, b), options)).rejects.toThrow('Fewer than two verified')
    await repository.mark(a, { pinned: 'known good' })
    await expect(repository.prune(forget(a), options)).rejects.toThrow('is pinned (known good)')
    await repository.mark(a, { pinned: undefined })
    await writeFile(join(place.directory, 'marks', `${b}.json`), '{"pinned":')
    await expect(repository.prune(forget(b), options)).rejects.toThrow('marks cannot be read')
    await expect(repository.prune(forget('nope'), options)).rejects.toThrow(
      'is not a sound snapshot',
    )
    now -= 1000
    await expect(repository.prune(forget(c), options)).rejects.toThrow('is of a time to come')
    expect((await repository.snapshots()).sound).toHaveLength(3)
  })

  test('leaves all packs where a snapshot cannot say what it needs', async () => {
    const repository = await aRepository(place.directory)
    const [a = '', b = ''] = await someSnapshots(repository, 4)
    const before = await place.packs()
    await rm(join(place.directory, 'snapshots', b, 'PACKS.sha256'))
    const again = await openRepository(place.directory, plain)
    expect((await again.snapshots()).broken).toEqual([
      { id: b, sentence: 'PACKS.sha256 is missing.' },
    ])
    expect(await again.prune(forget(a), options)).toEqual({ packs: 0, freedBytes: 0 })
    expect(await place.packs()).toEqual(before)
  })
})
