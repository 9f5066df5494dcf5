import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openOperationViews } from './open-operation-views.ts'

let state: string
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'open-'))
})
afterEach(() => rm(state, { recursive: true }))

test('an operation whose plan cannot be read is not shown for ever: it can be left', async () => {
  const directory = join(state, 'operations', '20261123T100000Z-3f9a0c')
  await mkdir(directory, { recursive: true })
  await writeFile(join(directory, 'plan.json'), '{"half')
  expect(await openOperationViews(state)).toMatchObject([
    { ways: ['leave'], problem: 'The plan of this operation is not valid JSON.', directory },
  ])
})
