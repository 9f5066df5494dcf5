import { join, resolve } from 'node:path'
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
            'test/{contract,fixtures,scenarios,faults,support}/**/*.test.ts',
          ],
          globalSetup: ['test/support/own-temporary-directory.ts'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'e2e',
          root,
          include: ['test/e2e/**/*.test.ts'],
          exclude: ['test/e2e/package.test.ts'],
          ...real,
        },
      },
      {
        test: {
          name: 'packaged',
          root,
          include: ['test/e2e/{package,demo,doors}.test.ts'],
          globalSetup: ['test/e2e/packaged.ts'],
          env: { ODIN_APP: join(root, 'dist/e2e-packaged/held/linux-unpacked/odin-sentinel') },
          ...real,
        },
      },
      { test: { name: 'lab', root, include: ['test/lab/**/*.test.ts'], ...real } },
    ],
  },
})
