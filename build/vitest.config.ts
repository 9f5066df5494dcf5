import { join, resolve } from 'node:path'
import { defineConfig } from 'vitest/config'
import { SecondTries } from './second-tries.ts'

const root = resolve(import.meta.dirname, '..')

/** Real engines and real windows: one file at a time, time to start them, and a second try. */
const real = { fileParallelism: false, testTimeout: 300_000, hookTimeout: 600_000, retry: 1 }
/**
 * Tests that wait more than they compute: vitest by itself would leave one core idle. Nothing is
 * told by the timeouts, a test that hangs ends some day, also on a slow and busy machine.
 */
const quick = { maxWorkers: '100%', testTimeout: 90_000, hookTimeout: 90_000 }

export default defineConfig({
  test: {
    root,
    reporters: ['default', new SecondTries()],
    projects: [
      {
        test: {
          name: 'pure',
          root,
          include: ['{shared,renderer}/**/*.test.{ts,tsx}'],
          // They keep no state of their own, so that one worker carries them all.
          isolate: false,
          ...quick,
        },
      },
      {
        test: {
          name: 'unit',
          root,
          include: [
            '{electron,build}/**/*.test.ts',
            'test/{contract,fixtures,scenarios,faults,support}/**/*.test.ts',
          ],
          exclude: ['test/faults/**/*.fault.test.ts'],
          globalSetup: ['test/support/own-temporary-directory.ts'],
          ...quick,
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
          include: ['test/e2e/{package,demo,doors,backup-process}.test.ts'],
          globalSetup: ['test/e2e/packaged.ts'],
          env: { ODIN_APP: join(root, 'dist/e2e-packaged/held/linux-unpacked/odin-sentinel') },
          ...real,
        },
      },
      { test: { name: 'faults', root, include: ['test/faults/**/*.fault.test.ts'], ...quick } },
      // Each lab is a computer of its own, and waits more than it works.
      {
        test: {
          name: 'lab',
          root,
          include: ['test/lab/**/*.test.ts'],
          ...real,
          fileParallelism: true,
          maxWorkers: 2,
        },
      },
    ],
  },
})
