import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openJournal } from './journal.ts'
import { openOperations, pastOperations, settle } from './open-operations.ts'
import { beginOperation, planFileOf } from './operation-directory.ts'
import type { Ops } from './ops.ts'
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

test('what nobody can read any more can be left, and nothing else', async () => {
  const parts = { ops: {} as Ops, stateDirectory: state, onProgress() {} }
  await anOperation({ at: at(1), type: 'intent', step: 0 })
  await writeFile(join(state, 'operations', id, 'plan.json'), '{"half')
  expect(await openOperations(state)).toMatchObject([{ id, problem: expect.any(String) }])
  for (const direction of ['continue', 'roll-back', 'accept'] as const) {
    await expect(settle({ id }, direction, parts)).rejects.toThrow('is not valid JSON')
  }
  expect(await settle({ id }, 'leave', parts)).toMatchObject({
    ...{ id, startedAt: at(1), outcome: 'needs-attention', steps: [] },
    sentence: expect.stringContaining(join(state, 'operations', id, 'keep')),
  })
  expect(await openOperations(state)).toEqual([])
})

test('one with a damaged journal can be left as well', async () => {
  const parts = { ops: {} as Ops, stateDirectory: state, onProgress() {} }
  await anOperation({ at: at(1), type: 'intent', step: 0 })
  const path = join(state, 'operations', id, 'journal.jsonl')
  await writeFile(path, '\u0000\n{"at":"2026-11-23T10:00:01Z","type":"intent","step":0}\n')
  await settle({ id }, 'leave', parts)
  expect(await openOperations(state)).toEqual([])
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
