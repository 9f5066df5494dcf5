import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openJournal } from './journal.ts'
import { openOperations, pastOperations } from './open-operations.ts'
import { beginOperation, planFileOf } from './operation-directory.ts'
import { planHash } from './plan-file.ts'

let state: string
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'replayed-'))
})
afterEach(() => rm(state, { recursive: true }))

const begun = Date.parse('2026-11-23T10:00:00Z')
const at = (seconds: number) => new Date(begun + seconds * 1000).toISOString()
const id = '20261123T100000Z-3f9a0c'

const plan = {
  intent: { kind: 'recover' as const },
  stack: 'odin',
  steps: ['/a', '/b'].map((file) => ({ kind: 'KeepCopy' as const, file, cause: 'it may change' })),
  warnings: [],
  whenStopped: 'ask' as const,
}

/** An operation whose process has come this far, and is gone. */
async function anOperation(
  ...records: Parameters<Awaited<ReturnType<typeof openJournal>>['write']>[0][]
) {
  const file = planFileOf({ plan, hash: planHash(plan), title: 'Recover odin' }, id, begun)
  const { journal } = await beginOperation(state, file, openJournal)
  for (const record of records) await journal.write(record)
  await journal.close()
}

test('what came of a step is told again after a restart, with its time', async () => {
  await anOperation(
    { at: at(0), type: 'intent', step: 0 },
    { at: at(2), type: 'remark', step: 0, remark: 'One file was copied.' },
    { at: at(3), type: 'remark', step: 0, remark: 'Two files were copied.' },
    { at: at(3), type: 'done', step: 0 },
    { at: at(3), type: 'intent', step: 1 },
    { at: at(5), type: 'failed', step: 1, problem: 'The disk is full.' },
  )
  const steps = [
    { state: 'done', remark: 'Two files were copied.', milliseconds: 3_000, startedAt: at(0) },
    { state: 'failed', problem: 'The disk is full.', milliseconds: 2_000 },
  ]
  expect(await pastOperations(state)).toMatchObject([{ id, outcome: 'stopped', steps }])
  expect(await openOperations(state)).toMatchObject([{ id, steps }])
})

test('an end is told as it was written', async () => {
  await anOperation(
    { at: at(0), type: 'intent', step: 0 },
    { at: at(1), type: 'failed', step: 0, problem: 'It is gone.' },
    { at: at(2), type: 'undo', step: 0 },
    { at: at(3), type: 'undone', step: 0 },
    { at: at(4), type: 'end', outcome: 'rolled-back', sentence: 'Step 1 failed. Undone.' },
  )
  expect(await pastOperations(state)).toMatchObject([
    {
      outcome: 'rolled-back',
      sentence: 'Step 1 failed. Undone.',
      finishedAt: at(4),
      steps: [{ state: 'failed', problem: 'It is gone.' }, { state: 'skipped' }],
    },
  ])
})

test('a step that was gone on with after it had failed has no problem any more', async () => {
  await anOperation(
    { at: at(0), type: 'intent', step: 0 },
    { at: at(1), type: 'failed', step: 0, problem: 'The engine did not answer.' },
    { at: at(9), type: 'done', step: 0 },
  )
  const [first] = (await pastOperations(state))[0]?.steps ?? []
  expect(first).toMatchObject({ state: 'done' })
  expect(first?.problem).toBeUndefined()
})
