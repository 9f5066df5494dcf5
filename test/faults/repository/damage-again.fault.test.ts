import { afterAll, beforeAll, expect, test } from 'vitest'
import { check, damageTimes, openLanes } from './damaged-lanes.ts'

// The other half of damage.fault.test.ts.

let world: Awaited<ReturnType<typeof openLanes>>
beforeAll(async () => {
  world = await openLanes()
})
afterAll(() => world.close())

test('5,000 others are each found and named', { timeout: 400_000 }, async () => {
  for (const lane of world.lanes) expect(await check(lane)).toEqual([])
  expect(await damageTimes(world.lanes, 5_000, 1_000)).toEqual([])
  for (const lane of world.lanes) expect(await check(lane)).toEqual([])
})
