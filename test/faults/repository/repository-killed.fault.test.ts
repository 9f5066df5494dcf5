import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { backUp, contentsOf, noSignal } from '../../support/a-repository.ts'
import { type ChildOrder, someSources } from './repository-child.ts'
import {
  contentsOfAll,
  expectClean,
  expectNoDamage,
  openPlain,
  type RepositoryWorld,
  repositoryWorld,
} from './repository-world.ts'

let world: RepositoryWorld
beforeAll(async () => {
  world = await repositoryWorld()
})
afterAll(() => world.close())

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
    const directory = await world.aCopy()
    const inject = `inject=${names}:signal=KILL:when=${at}`
    const { code, signal } = await world.runChild({ directory, kind }, '-e', inject)
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
      const repository = await openPlain(directory)
      expect(await contentsOfAll(repository)).toMatchObject(world.contents)
      const { id } = await backUp(repository, ...someSources(3))
      const files = await repository.files(id)
      expect(Object.keys(await contentsOf(repository, files))).toHaveLength(7)
    })
    expect(kills).toBeGreaterThan(0)
  })

  test('a prune leaves the others as they were, and the next one ends it', async () => {
    await killAtEach('prune', call, async (directory) => {
      const repository = await openPlain(directory)
      const { sound } = await repository.snapshots()
      const [newest, middle] = Object.keys(world.contents)
      expect(await contentsOfAll(repository)).toMatchObject({
        [newest ?? '']: world.contents[newest ?? ''],
        [middle ?? '']: world.contents[middle ?? ''],
      })
      const forget = sound.slice(2).map(({ id }) => ({ id, reason: 'again' }))
      await repository.prune(forget, { dryRun: false, signal: noSignal() })
      expect((await repository.snapshots()).sound.map(({ id }) => id)).toEqual([newest, middle])
    })
  })

  test('a check leaves everything as it was', async () => {
    await killAtEach('verify', call, async (directory) => {
      const repository = await openPlain(directory)
      expect(await contentsOfAll(repository)).toEqual(world.contents)
      // Killed while it wrote marks, it may have left the beginning of a file beside them.
      expect(await repository.verify('all', noSignal(), () => {})).toEqual([])
      for (const { marks } of (await repository.snapshots()).sound) {
        expect(marks.pinned).toBeUndefined()
        expect(marks.verifiedAt).toBeDefined()
      }
    })
  })
})
