import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import type { Session } from './session.ts'

/** The first line. On a terminal nothing of it is shown. */
export async function readSecret(
  { stdin, stdout }: Pick<Session, 'stdin' | 'stdout'>,
  question: string,
): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: stdin, output: silent, terminal: stdin.isTTY === true })
  if (stdin.isTTY) stdout.write(question)
  try {
    for await (const line of lines) return line
    return ''
  } finally {
    lines.close()
    if (stdin.isTTY) stdout.write('\n')
  }
}
