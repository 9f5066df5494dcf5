import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

/** What `test/lab/own-network.ts` runs in a network of its own. */
export default defineConfig({
  test: {
    root: join(import.meta.dirname, '..'),
    include: ['test/lab/*.inside.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
})
