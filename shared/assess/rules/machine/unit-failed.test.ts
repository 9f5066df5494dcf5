import { expect, test } from 'vitest'
import { aReading } from '../../../../test/support/a-world.ts'
import { aUnit, monitored } from '../../../../test/support/some-monitoring.ts'
import { unitFailed } from './unit-failed.ts'

test.each([
  [{ active: 'failed', sub: 'failed', result: 'exit-code' }, 'has failed (exit-code)'],
  [{ active: 'activating', sub: 'auto-restart', result: 'exit-code' }, 'keeps failing (exit-code)'],
  [{ active: 'failed', load: 'not-found', sub: 'failed' }, undefined],
  [{}, undefined],
] as const)('a unit that %j', (different, fact) => {
  const found = unitFailed(monitored({ units: aReading([aUnit(different)]) }))
  expect(found.map(({ sentence }) => sentence)).toEqual(
    fact ? [`node_exporter.service ${fact}, expected it active.`] : [],
  )
})
