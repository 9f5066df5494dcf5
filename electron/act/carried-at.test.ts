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

test('what was merged is told with its time; what was only begun, or undone, is not', async () => {
  const later = new Date(noon + 5000).toISOString()
  await anOperation(
    [merge('whole'), merge('begun'), merge('undone')],
    [
      { at, type: 'intent', step: 0 },
      { at, type: 'done', step: 0 },
      { at, type: 'intent', step: 1 },
      { at, type: 'intent', step: 2 },
      { at, type: 'done', step: 2 },
      { at, type: 'undo', step: 2 },
    ],
  )
  await anOperation([merge('whole')], [{ at: later, type: 'done', step: 0 }])
  expect([...(await carriedAt(stateDirectory))]).toEqual([['whole', noon + 5000]])
})
