import { expect, test } from 'vitest'
import { dashboardSteps } from './steps/dashboard-steps.ts'
import { fileSteps } from './steps/file-steps.ts'
import { placeSteps } from './steps/place-steps.ts'
import { restoreSteps } from './steps/restore-steps.ts'
import { sampleSteps } from './steps/sample-steps.ts'
import { stackSteps } from './steps/stack-steps.ts'
import { topicOf } from './topic.ts'

const all = {
  ...placeSteps,
  ...stackSteps,
  ...fileSteps,
  ...restoreSteps,
  ...sampleSteps,
  ...dashboardSteps,
}

test.each(Object.keys(all))('%s has a heading of its own in the review', (kind) => {
  expect(topicOf(kind)).not.toBe('other')
})

test('what nobody knows is told under a heading all the same', () => {
  expect(topicOf('SomethingNew')).toBe('other')
})
