import { expect, test } from 'vitest'
import { runInOwnNetwork } from './own-network.ts'
import { setUp } from './set-up.ts'

test('Sentinel as others see it, each test of own-metrics.inside.ts', async () => {
  // In there nothing can be downloaded.
  await setUp()
  const { code, stdout, stderr } = await runInOwnNetwork('own-metrics')
  expect(code, `${stdout}\n${stderr}`).toBe(0)
  expect(stdout).toMatch(/Tests .*\d+ passed/)
})
