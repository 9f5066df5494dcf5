import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { restic } from '../../../electron/adapters/restic/restic.ts'
import { openRepository } from '../../../electron/backup/repository/open-repository.ts'
import { secondCopy } from '../../../electron/backup/second-copy/second-copy.ts'
import { usualBackup } from '../../../shared/stack/stack-schema.ts'
import { aBackupSource } from '../../support/a-backup-source.ts'
import { aRepository, backUp, contentsOf, noSignal } from '../../support/a-repository.ts'
import { aStack } from '../../support/a-world.ts'

// With the real restic of Debian 12, 0.14: too old for a second copy, as it has one exit code for
// everything; but it reads our arguments, copies, checks, and gives back what it has.

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'real-restic-'))
})
afterEach(() => rm(home, { recursive: true, force: true }))

const doorTo = (repository: string) => ({
  repository,
  password: 'correct horse',
  access: {},
  env: { PATH: process.env['PATH'], HOME: home },
})

test('a restic that is too old is refused with the next step', async () => {
  const door = restic(doorTo(join(home, 'copy')))
  await expect(door.version(noSignal())).rejects.toThrow(
    /^A second copy needs restic 0\.17 or newer, and version 0\.\d+\.\d+ is here: take a newer one/,
  )
})

test('what is copied comes back from the copy as a repository, and is read again', async () => {
  const directory = join(home, 'repository')
  const repository = await aRepository(directory)
  await backUp(repository, aBackupSource({ file: 'content', other: 'x'.repeat(100_000) }))
  const to = join(home, 'copy')
  await restic({ ...doorTo(to), least: [0, 14] }).init(noSignal())
  const copying = secondCopy({
    restic: () => restic({ ...doorTo(to), least: [0, 14] }),
    password: 'correct horse',
    access: undefined,
    machine: 'ada',
    now: () => 0,
  })
  const backup = { ...usualBackup, secondCopy: { to, schedule: '@daily', checkEveryDays: 7 } }
  const order = { kind: 'second-copy' as const, check: true, stack: aStack({ backup }) }
  const site = { repository, say: () => {}, signal: noSignal() }
  const first = await copying(order, site)
  expect(first).toMatchObject({ outcome: 'done', problems: [] })
  expect(first.sentence).toContain('part 1 of 7 of its data was read again and is sound')

  await backUp(repository, aBackupSource({ file: 'content', third: 'y' }))
  const second = await copying(order, site)
  expect(second.sentence).toContain('has all 2 snapshots')
  expect(second.addedBytes).toBeLessThan(first.addedBytes ?? 0)

  const back = join(home, 'back')
  const env = { ...doorTo(to).env, RESTIC_REPOSITORY: to, RESTIC_PASSWORD: 'correct horse' }
  await promisify(execFile)('restic', ['restore', 'latest', '--target', back], { env })
  const copy = await openRepository(join(back, directory), { recipients: [] })
  const { sound, broken } = await copy.snapshots()
  expect(broken).toEqual([])
  expect(sound).toHaveLength(2)
  const [newest] = sound
  expect(await contentsOf(copy, await copy.files(newest?.id ?? ''))).toEqual({
    'volume:data/file': 'content',
    'volume:data/third': 'y',
  })
})
