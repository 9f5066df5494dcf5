import { hash } from 'node:crypto'
import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { SnapshotFile } from '../../../shared/domain/snapshot.ts'
import { aBackupSource } from '../../../test/support/a-backup-source.ts'
import { aRepository, backUp, noSignal } from '../../../test/support/a-repository.ts'
import type { Repository } from '../repository/repository.ts'
import { snapshotTree } from '../restore/tree.ts'
import { withChecksums } from './with-checksums.ts'

let root: string
let repository: Repository
let snapshot: string
let files: readonly SnapshotFile[]
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'checksums-'))
  repository = await aRepository(root)
  snapshot = (await backUp(repository, aBackupSource({ 'a.yml': 'first', 'b.yml': 'second' }))).id
  await rm(join(root, 'snapshots', snapshot, 'SHA256SUMS.zst'))
  files = await repository.files(snapshot)
})
afterEach(() => rm(root, { recursive: true, force: true }))

const sums = (some: readonly { sha256?: string }[]) => some.map(({ sha256 }) => sha256)
const right = [hash('sha256', 'first'), hash('sha256', 'second')]

test('checksums that were lost are those of what is read', async () => {
  expect(sums(files)).toEqual([undefined, undefined])
  expect(sums(await withChecksums(repository, files, noSignal()))).toEqual(right)
  const tree = await snapshotTree(repository, snapshot, 'volume:data', noSignal())
  expect(sums(tree.entries)).toEqual(right)
})

test('of a damaged pack there are none', async () => {
  const [directory = ''] = await readdir(join(root, 'packs'))
  const [pack = ''] = await readdir(join(root, 'packs', directory))
  await truncate(join(root, 'packs', directory, pack), 20)
  await expect(withChecksums(repository, files, noSignal())).rejects.toThrow('is damaged')
})
