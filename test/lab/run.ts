import { spawn } from 'node:child_process'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

export type Outcome = { code: number; stdout: string; stderr: string }

export type RunOptions = {
  env?: NodeJS.ProcessEnv
  cwd?: string
  input?: string
  /** Also return when the exit code is not 0. */
  anyExitCode?: boolean
}

/** Runs a program to its end. Throws with what it said when it exits with anything but 0. */
export async function run(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  const child = spawn(program, args, {
    env: options.env ?? process.env,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(code ?? 128 + (signal ? 1 : 0)))
  })
  const [code, stdout, stderr] = await Promise.all([
    ended,
    text(child.stdout),
    text(child.stderr),
    pipeline(Readable.from([options.input ?? '']), child.stdin).catch(() => undefined),
  ])
  if (code !== 0 && !options.anyExitCode) {
    const said = (stderr.trim() || stdout.trim()).split('\n').slice(-12).join('\n')
    throw new Error(`${[program, ...args].join(' ')} exited with ${code}:\n${said}`)
  }
  return { code, stdout, stderr }
}

async function text(stream: Readable): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
