import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Plan, Step } from '../../shared/plan/plan.ts'
import { carriedAt } from './carried-at.ts'
import { type JournalRecord, openJournal } from './journal.ts'
import { beginOperation, newOperationId, planFileOf } from './operation-directory.ts'
import { planHash } from './plan-file.ts'

let stateDirectory: string
beforeEach(async () => {
  stateDirectory = await mkdtemp(join(tmpdir(), 'carried-'))
})
afterEach(() => rm(stateDirectory, { recursive: true, force: true }))

const noon = Date.parse('2026-11-23T12:00:00.000Z')
const at = new Date(noon).toISOString()
const save = (containerId: string): Step => ({
  kind: 'SaveSamples',
  ...{ endpoint: 'unix:///n.sock', engineId: 'NATV', containerId, container: 'odin-prometheus-1' },
  ...{ service: 'prometheus', from: 'default', cause: 'test' },
})
const merge = (savedFrom: string): Step => ({
  kind: 'MergeSamples',
  ...{ endpoint: 'unix:///d.sock', engineId: 'DESK', project: 'odin', service: 'prometheus' },
  ...{ context: 'desktop-linux', savedFrom, from: 'default', cause: 'test' },
})

async function anOperation(steps: Step[], records: JournalRecord[]): Promise<void> {
  const plan: Plan = { intent: { kind: 'recover' }, stack: 'odin', steps, warnings: [] }
  const file = planFileOf({ plan, hash: planHash(plan), title: 'A' }, newOperationId(noon), noon)
  const { journal } = await beginOperation(stateDirectory, file, openJournal)
  for (const record of records) await journal.write(record)
  await journal.close()
}

test('what was merged is told; what was only begun, or undone, is not', async () => {
  const later = new Date(noon + 5000).toISOString()
  await anOperation(
    [save('whole'), save('begun'), save('undone'), ...['whole', 'begun', 'undone'].map(merge)],
    [
      { at, type: 'done', step: 0 },
      { at, type: 'done', step: 1 },
      { at, type: 'done', step: 2 },
      { at, type: 'done', step: 3 },
      { at, type: 'intent', step: 4 },
      { at, type: 'done', step: 5 },
      { at, type: 'undo', step: 5 },
    ],
  )
  await anOperation(
    [save('whole'), merge('whole')],
    [
      { at: later, type: 'done', step: 0 },
      { at: later, type: 'done', step: 1 },
    ],
  )
  expect([...(await carriedAt(stateDirectory))]).toEqual([['whole', noon + 5000]])
})

test('carried is what was there when it was copied, and not what came until it was merged', async () => {
  const merged = new Date(noon + 3_600_000).toISOString()
  await anOperation(
    [save('one'), merge('one')],
    [
      { at, type: 'done', step: 0 },
      { at: merged, type: 'done', step: 1 },
    ],
  )
  expect([...(await carriedAt(stateDirectory))]).toEqual([['one', noon]])
})
