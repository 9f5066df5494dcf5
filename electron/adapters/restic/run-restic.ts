import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { resticAbsent } from './restic-problem.ts'

export type ResticRun = {
  program: string
  args: readonly string[]
  env: NodeJS.ProcessEnv
  /** Given to it whole, then its input ends. */
  input?: string
  onLine?: (line: string) => void
  signal: AbortSignal
}

export type ResticEnded = { code: number | null; said: readonly string[] }

/** After being asked to end it lets go of its lock; one that hangs is ended all the same. */
const patienceMs = 20_000
const mostLines = 50

/** Runs restic to its end. Rejects where it is not there, and when it was cancelled. */
export async function runRestic(run: ResticRun): Promise<ResticEnded> {
  const { program, args, env, input, onLine, signal } = run
  signal.throwIfAborted()
  const child = spawn(program, args, {
    env: { ...env, LC_ALL: 'C' },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const said: string[] = []
  const keep = (line: string) => {
    said.push(line)
    if (said.length > mostLines) said.shift()
  }
  // It may have ended before it read what is for it.
  child.stdin.on('error', () => {})
  child.stdin.end(input ?? '')
  createInterface({ input: child.stdout }).on('line', (line) => onLine?.(line))
  createInterface({ input: child.stderr }).on('line', keep)
  let last: NodeJS.Timeout | undefined
  const cancel = () => {
    child.kill('SIGINT')
    last = setTimeout(() => child.kill('SIGKILL'), patienceMs)
  }
  signal.addEventListener('abort', cancel, { once: true })
  const { promise, resolve, reject } = Promise.withResolvers<number | null>()
  child.once('error', (error: NodeJS.ErrnoException) =>
    reject(error.code === 'ENOENT' ? resticAbsent(error) : error),
  )
  child.once('close', (code) => resolve(code))
  try {
    const code = await promise
    signal.throwIfAborted()
    return { code, said }
  } finally {
    clearTimeout(last)
    signal.removeEventListener('abort', cancel)
  }
}
