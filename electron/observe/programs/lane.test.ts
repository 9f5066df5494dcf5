import { expect, test } from 'vitest'
import { lane } from './lane.ts'

test('runs no more at once than it may, in the order of asking, also when some fail', async () => {
  const run = lane(2)
  const begun: number[] = []
  const gates = Array.from({ length: 5 }, () => Promise.withResolvers<number>())
  const outcomes = gates.map(({ promise }, index) =>
    run(() => {
      begun.push(index)
      return promise
    }),
  )
  const settled = (index: number) => outcomes[index]?.catch(() => undefined)
  await Promise.resolve()
  expect(begun).toEqual([0, 1])
  gates[1]?.reject(new Error('no'))
  await settled(1)
  expect(begun).toEqual([0, 1, 2])
  gates[0]?.resolve(0)
  await settled(0)
  gates[2]?.resolve(2)
  await settled(2)
  expect(begun).toEqual([0, 1, 2, 3, 4])
  gates[3]?.resolve(3)
  gates[4]?.resolve(4)
  await expect(Promise.allSettled(outcomes)).resolves.toMatchObject([
    { value: 0 },
    { status: 'rejected' },
    { value: 2 },
    { value: 3 },
    { value: 4 },
  ])
})

test('what throws at once leaves its place too', async () => {
  const run = lane(1)
  await expect(
    run(() => {
      throw new Error('at once')
    }),
  ).rejects.toThrow('at once')
  await expect(run(async () => 'next')).resolves.toBe('next')
})
