import { mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { aBackupSource } from '../../../test/support/a-backup-source.ts'
import { aRepository, backUp } from '../../../test/support/a-repository.ts'
import { aStack } from '../../../test/support/a-world.ts'
import { isRepository, openRepository } from '../../backup/repository/open-repository.ts'
import { ledgers, withoutRepository } from './ledger.ts'
import { isGone, refusingWhereGone, whatIsKept } from './what-is-kept.ts'

let directory: string
let repositoryDirectory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'what-is-kept-'))
  repositoryDirectory = join(directory, 'repository')
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const stack = aStack()

function theParts() {
  const now = () => Date.parse('2026-11-23T12:00:00Z')
  return {
    directoryOf: () => repositoryDirectory,
    open: async () =>
      (await isRepository(repositoryDirectory))
        ? openRepository(repositoryDirectory, { recipients: [] })
        : undefined,
    ledgers: ledgers({ stateDirectory: join(directory, 'state'), now, onSetAside: () => {} }),
    now,
  }
}

const aSnapshot = async () =>
  backUp(await aRepository(repositoryDirectory), aBackupSource({ a: 'text' }))

test('nothing is gone before there was anything', async () => {
  const parts = theParts()
  expect(await isGone(stack, parts)).toBe(false)
  const kept = whatIsKept(parts)
  await kept.look(stack)
  expect(kept.seen(stack)).toMatchObject({ status: 'known', value: { sound: [] } })
})

test('a repository that is not there any more is unknown, with what was known', async () => {
  await aSnapshot()
  const parts = theParts()
  const kept = whatIsKept(parts)
  await kept.look(stack)
  await rename(repositoryDirectory, `${repositoryDirectory}.away`)
  await kept.look(stack, { anew: true })
  expect(kept.seen(stack)).toMatchObject({
    status: 'unknown',
    failure: { message: expect.stringContaining('is gone') },
    lastKnown: { sound: [{ manifest: { stack: 'odin' } }] },
  })
  expect(await isGone(stack, parts)).toBe(true)
  const asked: string[] = []
  const order = refusingWhereGone(async ({ kind }) => {
    asked.push(kind)
    return { outcome: 'done', sentence: 'It is done.', problems: [], milliseconds: 1 }
  }, parts)
  const { signal } = new AbortController()
  const common = { stack, stackFile: 'odin.yaml' }
  const backup = { ...common, kind: 'backup', reason: 'before-restore' } as const
  expect(await order(backup, () => {}, signal)).toMatchObject({
    outcome: 'failed',
    sentence: expect.stringContaining('mount its disk'),
  })
  await order({ ...common, kind: 'verify' }, () => {}, signal)
  expect(asked).toEqual(['verify'])
})

test('another repository in its place is unknown until somebody goes on with it', async () => {
  await aSnapshot()
  const parts = theParts()
  const kept = whatIsKept(parts)
  await kept.look(stack)
  await rename(repositoryDirectory, `${repositoryDirectory}.away`)
  await aSnapshot()
  await kept.look(stack, { anew: true })
  expect(kept.seen(stack)).toMatchObject({
    status: 'unknown',
    failure: { message: expect.stringContaining('is another one than before') },
  })
  await parts.ledgers.change(stack.name, withoutRepository)
  await kept.look(stack, { anew: true })
  expect(kept.seen(stack).status).toBe('known')
})

test("what is another stack's does not count as kept", async () => {
  await aSnapshot()
  const kept = whatIsKept(theParts())
  const other = { ...stack, name: 'other' }
  await kept.look(other)
  expect(kept.seen(other)).toMatchObject({ status: 'known', value: { sound: [] } })
})
