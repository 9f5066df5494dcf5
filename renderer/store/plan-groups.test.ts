import { expect, test } from 'vitest'
import { touchWords } from './plan-groups.ts'

const none = {
  ...{ unitsStopped: 0, containersStopped: 0, servicesStopped: 0 },
  ...{ servicesStarted: 0, servicesRestarted: 0 },
}

test('what a plan stops and starts is one sentence, and nothing where it touches nothing', () => {
  expect(touchWords({})).toBe('')
  expect(touchWords({ touch: none })).toBe('')
  expect(touchWords({ touch: { ...none, servicesStopped: 4, servicesStarted: 4 } })).toBe(
    'Stops 4 services, starts 4 services.',
  )
  const all = { ...none, unitsStopped: 1, containersStopped: 2, servicesStopped: 1 }
  expect(touchWords({ touch: { ...all, servicesRestarted: 1 } })).toBe(
    'Stops 1 unit, 2 containers and 1 service, restarts 1 service.',
  )
})
