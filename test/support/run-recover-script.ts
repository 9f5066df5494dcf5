import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export type RecoverRun = { code: number; out: string; err: string }

/** Runs the recover.sh of a repository; the shell may be a whole command line. */
export async function runRecoverScript(
  repository: string,
  shell: string,
  args: readonly string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv },
): Promise<RecoverRun> {
  const [program = 'sh', ...before] = shell.split(' ')
  try {
    const { stdout, stderr } = await run(
      program,
      [...before, join(repository, 'recover.sh'), ...args],
      { cwd: options.cwd, env: { ...process.env, ...options.env } },
    )
    return { code: 0, out: stdout, err: stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, out: stdout, err: stderr }
  }
}
