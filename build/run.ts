import { spawn } from 'node:child_process'

type Environment = Readonly<Record<string, string | undefined>>

/** Runs a command on this terminal; the exit status, 1 when it could not be started. */
export function run(
  command: string,
  args: readonly string[],
  env: Environment = {},
): Promise<number> {
  return start(command, args, env).ended
}

/** The same, and this process stands for the command: it is told of Ctrl+C and waited for. */
export async function standFor(command: string, args: readonly string[]): Promise<number> {
  const { child, ended } = start(command, args, {})
  const handOn = (signal: NodeJS.Signals) => void child.kill(signal)
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, handOn)
  try {
    return await ended
  } finally {
    for (const signal of signals) process.off(signal, handOn)
  }
}

function start(command: string, args: readonly string[], env: Environment) {
  const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...env } })
  const ended = new Promise<number>((resolve) => {
    child.on('error', (error) => {
      console.error(`${command}: ${error.message}`)
      resolve(1)
    })
    child.on('close', (status, signal) => resolve(status ?? (signal ? 1 : 0)))
  })
  return { child, ended }
}
