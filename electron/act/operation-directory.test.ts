import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Plan } from '../../shared/plan/plan.ts'
import { type Outcome, openJournal } from './journal.ts'
import {
  beginOperation,
  forgetOldOperations,
  newOperationId,
  planFileOf,
  readOperations,
} from './operation-directory.ts'
import { planHash } from './plan-file.ts'

const day = 86_400_000
const now = Date.parse('2026-11-23T10:00:00.000Z')
const plan: Plan = { intent: { kind: 'keep-here' }, stack: 'odin', steps: [], warnings: [] }

let stateDirectory: string
beforeEach(async () => {
  stateDirectory = await mkdtemp(join(tmpdir(), 'operations-'))
})
afterEach(() => rm(stateDirectory, { recursive: true, force: true }))

async function anOperation(daysAgo: number, outcome?: Outcome): Promise<string> {
  const at = now - daysAgo * day
  const file = planFileOf({ plan, hash: planHash(plan), title: 'A test' }, newOperationId(at), at)
  const { journal } = await beginOperation(stateDirectory, file, openJournal)
  if (outcome) {
    await journal.write({ at: new Date(at).toISOString(), type: 'end', outcome, sentence: '' })
  }
  await journal.close()
  return file.id
}

const left = () => readdir(join(stateDirectory, 'operations'))

test('only what ended well, is old and is not among the newest goes', async () => {
  await anOperation(200, 'done')
  const open = await anOperation(199)
  const toMend = await anOperation(198, 'needs-attention')
  await anOperation(197, 'rolled-back')
  const young = await anOperation(89, 'done')
  const newest = await anOperation(1, 'done')
  await anOperation(95, 'cancelled')
  await forgetOldOperations(stateDirectory, now, { newest: 1 })
  expect((await left()).sort()).toEqual([open, toMend, young, newest].sort())
})

test('the newest stay however old they are', async () => {
  const ids = [await anOperation(300, 'done'), await anOperation(200, 'done')]
  await forgetOldOperations(stateDirectory, now)
  expect(await left()).toEqual(ids)
})

test('a plan that was changed on disk is not the approved one', async () => {
  const id = await anOperation(1)
  const path = join(stateDirectory, 'operations', id, 'plan.json')
  const file = planFileOf({ plan, hash: planHash(plan), title: 'A test' }, id, now)
  await writeFile(path, JSON.stringify({ ...file, plan: { ...plan, stack: 'other' } }))
  const [operation] = await readOperations(stateDirectory)
  expect(operation?.problem).toBe('The plan of this operation is not the one that was approved.')
})
