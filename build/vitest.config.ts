import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'

const root = resolve(import.meta.dirname, '..')

/** Real engines and real windows: one file at a time, and time to start them. */
const real = { fileParallelism: false, testTimeout: 120_000, hookTimeout: 300_000 }

export default defineConfig({
  test: {
    root,
    projects: [
      {
        test: {
          name: 'unit',
          root,
          include: [
            '{shared,electron,renderer,build}/**/*.test.{ts,tsx}',
            'test/{contract,scenarios,faults,support}/**/*.test.ts',
          ],
          testTimeout: 20_000,
        },
      },
      { test: { name: 'e2e', root, include: ['test/e2e/**/*.test.ts'], ...real } },
      { test: { name: 'lab', root, include: ['test/lab/**/*.test.ts'], ...real } },
    ],
  },
})
