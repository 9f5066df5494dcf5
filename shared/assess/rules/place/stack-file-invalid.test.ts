import { expect, test } from 'vitest'
import { stackFileInvalid } from './stack-file-invalid.ts'

test('a broken edit is said, and what is in force instead', () => {
  const stackFileProblem = { file: '/etc/odin/stack.yaml', problem: 'homme: did you mean home?' }
  expect(stackFileInvalid({ stackFileProblem })).toMatchObject([
    {
      severity: 'warning',
      subject: 'file:/etc/odin/stack.yaml',
      sentence: '/etc/odin/stack.yaml cannot be used, expected a valid stack file.',
      evidence: { problem: 'homme: did you mean home?' },
    },
  ])
})

test('says nothing without a problem', () => {
  expect(stackFileInvalid({})).toEqual([])
})
