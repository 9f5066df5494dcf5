import { expect, test } from 'vitest'
import { withService } from '../../../../test/support/a-situation.ts'
import { minute, noon, second } from '../../../../test/support/a-world.ts'
import { serviceCrashLooping } from './service-crash-looping.ts'

const ago = (...seconds: number[]) => seconds.map((each) => noon - each * second)

test.each([
  ['three deaths in two minutes, caught while running', { diedAt: ago(90, 40, 10) }],
  ['restarting for the third time', { state: 'restarting' as const, restartCount: 3 }],
  ['a slow loop with a minute between deaths', { diedAt: ago(250, 130, 60), restartCount: 9 }],
])('%s', (_, container) => {
  expect(serviceCrashLooping(withService('promtail', container))).toMatchObject([
    { severity: 'critical', sentence: 'promtail keeps dying, expected it to stay up.' },
  ])
})

test.each([
  ['two deaths', { diedAt: ago(40, 10), restartCount: 2 }],
  ['three deaths spread wide, none restarted by the engine', { diedAt: ago(250, 130, 60) }],
  ['many restarts, all long ago', { restartCount: 12, startedAt: noon - 60 * minute }],
])('says nothing: %s', (_, container) => {
  expect(serviceCrashLooping(withService('promtail', container))).toEqual([])
})
