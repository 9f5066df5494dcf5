import type { Session } from './session.ts'

/** Ctrl+C, a polite kill, or nobody reads the output any more. A full disk is none of these. */
export function untilInterrupted({ stdout }: Pick<Session, 'stdout'>): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => resolve())
    }
    stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') resolve()
    })
  })
}
