import { join } from 'node:path'
import { type Outcome, run } from './run.ts'

const root = join(import.meta.dirname, '../..')

/**
 * Runs the tests of `<name>.inside.ts` where nobody else listens: whatever stands on this
 * machine's ports is not seen there, and what they start is not seen here.
 */
export function runInOwnNetwork(name: string): Promise<Outcome> {
  const vitest = [
    process.execPath,
    join(root, 'node_modules/vitest/vitest.mjs'),
    ...['run', '--config', join(root, 'build/vitest.inside.config.ts')],
    `test/lab/${name}.inside.ts`,
  ]
  const command = ['sh', '-c', 'ip link set lo up && exec "$@"', 'sh', ...vitest]
  const apart = ['--net', '--pid', '--mount-proc', '--fork', '--kill-child']
  return run('unshare', [...apart, ...command], { cwd: root, anyExitCode: true })
}
