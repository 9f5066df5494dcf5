import { expect, test } from 'vitest'
import type { OperationView } from '../../../shared/ipc/contract.ts'
import { chronicleOfOperation } from './chronicle.ts'

const at = '2026-11-23T12:00:00.000Z'
const step = (what: string, remark?: string): OperationView['steps'][number] => ({
  ...{ kind: 'SaveSamples', what, cause: 'test', state: 'done' },
  ...(remark !== undefined && { remark }),
})
const view = (sentence: string, ...steps: OperationView['steps']): OperationView => ({
  ...{ id: 'one', title: 'Recover odin', stack: 'odin', startedAt: at, outcome: 'done' },
  ...{ sentence, steps },
})
const sentences = (entries: readonly { sentence: string }[]) =>
  entries.map(({ sentence }) => sentence)

test('the end of an operation is told, and what came of each step', () => {
  const entries = chronicleOfOperation(
    view('All 3 steps are done.', step('save', 'Two.'), step('hold', ''), step('look')),
    [],
    at,
  )
  expect(sentences(entries)).toEqual([
    'Recover odin: All 3 steps are done.',
    'Recover odin, save: Two.',
  ])
  expect(entries[0]).toMatchObject({ kind: 'operation', stack: 'odin', subject: 'operation:one' })
})

test('gone on with, what came of earlier steps is not told once more', () => {
  const stopped = chronicleOfOperation(view('It stopped.', step('save', 'Two.')), [], at)
  const other = { ...view('It stopped.', step('save', 'Three.')), id: 'another' }
  const before = [...stopped, ...chronicleOfOperation(other, [], at)]
  const whole = view('All 2 steps are done.', step('save', 'Two.'), step('merge', 'Three.'))
  expect(sentences(chronicleOfOperation(whole, before, at))).toEqual([
    'Recover odin: All 2 steps are done.',
    'Recover odin, merge: Three.',
  ])
})

test('one of which nobody knows the stack is of none', () => {
  expect(chronicleOfOperation({ ...view('Left.'), stack: '' }, [], at)).toMatchObject([
    { stack: null },
  ])
})
