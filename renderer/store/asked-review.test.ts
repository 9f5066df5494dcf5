import { expect, test } from 'vitest'
import type { Mirror } from '../../shared/ipc/contract.ts'
import { askedOperation, askedPage, askedReview } from './asked-review.ts'

const intent = { kind: 'switch-back' } as const
const incident = { status: 'firing', remedy: { kind: 'plan', intent, label: 'Switch back' } }
const mirror = {
  stacks: [
    { stack: 'my stack', incidents: [{ status: 'resolved', remedy: incident.remedy }, incident] },
    { stack: 'calm', incidents: [] },
  ],
} as unknown as Mirror

test('a stack is asked for by its name, and its remedy is what is reviewed', () => {
  expect(askedReview('#review=my%20stack', mirror)).toEqual({ stack: 'my stack', intent })
})

test.each(['', '#', '#review=', '#review=calm', '#review=other', '#else=my%20stack'])(
  '%j asks for no review',
  (hash) => {
    expect(askedReview(hash, mirror)).toBeUndefined()
  },
)

test('before the first mirror there is nothing to review', () => {
  expect(askedReview('#review=calm', null)).toBeUndefined()
})

test('a page is shown by its name, and nothing by another', () => {
  expect(askedPage('#page=backups')).toBe('backups')
  expect(askedPage('#page=plan')).toBeUndefined()
  expect(askedPage('')).toBeUndefined()
})

test('a recovery and an operation that waits are asked for by name and ID', () => {
  const intent = { kind: 'recover' }
  expect(askedReview('#recover=my+stack', mirror)).toEqual({ stack: 'my stack', intent })
  expect(askedReview('#recover=other', mirror)).toBeUndefined()
  expect(askedOperation('#operation=20261123T101500Z-3f9a0c')).toBe('20261123T101500Z-3f9a0c')
  expect(askedOperation('#recover=calm')).toBeUndefined()
})
