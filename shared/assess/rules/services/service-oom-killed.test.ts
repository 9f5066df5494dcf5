import { expect, test } from 'vitest'
import { withService } from '../../../../test/support/a-situation.ts'
import { serviceOomKilled } from './service-oom-killed.ts'

test('killed and down is critical, killed and up again a warning', () => {
  expect(
    serviceOomKilled(withService('loki', { oomKilled: true, state: 'exited', exitCode: 137 })),
  ).toMatchObject([
    { severity: 'critical', sentence: 'loki was killed for its memory, expected it to stay up.' },
  ])
  expect(serviceOomKilled(withService('loki', { oomKilled: true }))).toMatchObject([
    {
      severity: 'warning',
      sentence: 'loki was killed for its memory and is up again, expected it to stay up.',
    },
  ])
})

test('137 alone is somebody’s kill, not the kernel’s', () => {
  expect(serviceOomKilled(withService('loki', { state: 'exited', exitCode: 137 }))).toEqual([])
})
