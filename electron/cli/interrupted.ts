import type { Session } from './session.ts'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** npm and our own wrapper hand on the Ctrl+C that the terminal has sent to us already. */
const sameSignalMs = 1_000

/**
 * Ctrl+C, a polite kill, or nobody reads the output any more. A full disk is none of these.
 * Whoever cannot wait for the end presses Ctrl+C once more. When it is `over`, nobody listens.
 */
export function untilInterrupted(
  { stdout }: Pick<Session, 'stdout'>,
  over?: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const letGo = () => {
      for (const signal of signals) process.off(signal, interrupt)
    }
    const interrupt = () => {
      resolve()
      setTimeout(letGo, sameSignalMs).unref()
    }
    const broken = (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') resolve()
    }
    for (const signal of signals) process.on(signal, interrupt)
    stdout.on('error', broken)
    over?.addEventListener('abort', () => {
      letGo()
      stdout.off('error', broken)
    })
  })
}
