import { expect, test } from 'vitest'
import type { Plan } from '../../../shared/plan/plan.ts'
import { putBackDifferences } from './put-back-difference.ts'

test('why a file cannot be compared is a sentence, whoever said it', async () => {
  const file = '/nonesuch/odin/a.yml'
  const plan: Plan = {
    ...{ intent: { kind: 'recover' }, stack: 'odin', warnings: [] },
    steps: [
      {
        ...{ kind: 'PutBackFiles', endpoint: 'unix:///d.sock', engineId: 'DESK', cause: 'test' },
        files: [{ file, source: { from: 'baseline' }, sha256: 'a', replaces: null }],
        restarts: [],
      },
    ],
  }
  const differences = putBackDifferences(() => Promise.reject(new Error('EIO: i/o error, read')))
  expect(await differences(plan, [file])).toEqual([
    { path: file, diff: null, why: 'EIO: i/o error, read.' },
  ])
})
