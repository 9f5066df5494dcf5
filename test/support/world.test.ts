import { access } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { type DemoWorld, withWorld } from './world.ts'

test('a world lasts as long as the work in it, also when the work fails', async () => {
  let left: DemoWorld | undefined
  await expect(
    withWorld(async (world) => {
      left = world
      await access(world.directory)
      throw new Error('the test failed')
    }),
  ).rejects.toThrow('the test failed')
  expect(left?.desktop.answers).toBe(false)
  await expect(access(left?.directory ?? '')).rejects.toMatchObject({ code: 'ENOENT' })
})
