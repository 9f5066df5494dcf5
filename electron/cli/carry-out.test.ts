import { expect, test } from 'vitest'
import type { PlanProposal } from '../../shared/ipc/contract.ts'
import { differencesOf, differencesWords } from './carry-out.ts'
import type { Paint } from './reporters/paint.ts'

const plain: Paint = (_style, text) => text

const putting = (count: number): PlanProposal => ({
  ...{ kind: 'plan', hash: 'a', title: 'Recover odin', warnings: [] },
  steps: [
    {
      ...{ kind: 'PutBackFiles', what: 'put back', cause: 'test' },
      files: Array.from({ length: count }, (_, at) => ({ file: `/${at}`, from: 'accepted' })),
    },
  ],
})
const sentinel = {
  differences: async (_hash: string, files: readonly string[]) =>
    files.map((path) => ({ path, diff: null, why: 'It is no text.' })),
}

test('of many files a few are compared, and it is said of how many nothing is shown', async () => {
  const found = await differencesOf(sentinel, putting(17))
  expect(found).toMatchObject({ differences: { length: 12 }, filesNotCompared: 5 })
  expect(differencesWords(found, plain).slice(-2)).toEqual(['', 'And 5 files more.'])
  const one = await differencesOf(sentinel, putting(13))
  expect(differencesWords(one, plain).at(-1)).toBe('And 1 file more.')
})

test('where all are compared nothing more is said', async () => {
  const all = await differencesOf(sentinel, putting(12))
  expect(all).toMatchObject({ differences: { length: 12 }, filesNotCompared: 0 })
  expect(differencesWords(all, plain).at(-1)).toBe('  It is no text.')
})
