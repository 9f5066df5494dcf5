import { expect, test } from 'vitest'
import { stepSchema } from './plan.ts'
import { presentState } from './present-state.ts'

test('the present is kept as a snapshot that stays and that needs no engine', () => {
  const step = presentState('odin')
  expect(stepSchema.parse(step)).toEqual(step)
  expect(step).toMatchObject({
    kind: 'TakeSnapshot',
    stack: 'odin',
    pin: expect.stringContaining('odin'),
    only: ['configuration', 'machine'],
    places: [],
  })
})
