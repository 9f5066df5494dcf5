import { createInterface } from 'node:readline/promises'
import type { StatusView } from '../../shared/ipc/status.ts'
import type { Sentinel } from '../sentinel/surface.ts'
import { CommandProblem, type ExitCode, exitCodes } from './exit-codes.ts'
import { type Paint, paintFor } from './reporters/paint.ts'
import { wrap } from './reporters/wrap.ts'

export type GlobalOptions = {
  /** Stack files, or names of stacks among the usual files. */
  stack?: string[]
  json?: boolean
  /** Look beyond the containers too: exporters, Prometheus, Grafana, GPUs, units, ports, files. */
  monitoring?: boolean
}

/** What a command is given: the loop, and where to read and write. */
export type Session = {
  open(options: {
    stacks: readonly string[]
    oneShot: boolean
    monitoring: boolean
  }): Promise<Sentinel>
  stdin: NodeJS.ReadStream
  stdout: NodeJS.WriteStream
  readRunbook(code: string): Promise<string>
}

export type Print = {
  /** Text for a person, or the object for a program, as `--json` wants. */
  either(text: (paint: Paint) => string, json: unknown): void
  /** Text for a person, broken between words where the terminal is narrower. */
  line(text: string): void
  /** As it is: a file, or a line for a program. */
  verbatim(text: string): void
  paint: Paint
}

export function printer(session: Session, options: GlobalOptions): Print {
  const paint = paintFor(session.stdout)
  const verbatim = (text: string) => void session.stdout.write(`${text}\n`)
  const line = (text: string) => verbatim(wrap(text, session.stdout.columns))
  return {
    paint,
    line,
    verbatim,
    either: (text, json) =>
      options.json
        ? verbatim(JSON.stringify(json, null, session.stdout.isTTY ? 2 : 0))
        : line(text(paint)),
  }
}

/** Starts the loop for one command and stops it whatever happens. */
export async function withSentinel(
  session: Session,
  options: GlobalOptions,
  work: (sentinel: Sentinel) => Promise<ExitCode>,
): Promise<ExitCode> {
  const monitoring = options.monitoring ?? false
  const sentinel = await session.open({ stacks: options.stack ?? [], oneShot: true, monitoring })
  try {
    await sentinel.start()
    if (monitoring) await lookOnce(sentinel)
    return await work(sentinel)
  } finally {
    await sentinel.stop()
  }
}

/** An exporter that hangs is told as what it is, and holds nobody up for longer. */
const patienceMs = 6_000

async function lookOnce(sentinel: Sentinel): Promise<void> {
  const { promise: enough, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, patienceMs)
  await Promise.race([sentinel.lookAgain(), enough])
  clearTimeout(timer)
}

/** The one stack that a command is about. */
export function theStack(sentinel: Sentinel): StatusView & { stack: string } {
  const adopted = sentinel.mirror().stacks.filter(({ stack }) => stack !== null)
  const [first, second] = adopted
  if (!first?.stack) {
    const status = sentinel.mirror().stacks[0]
    const why = status?.findings.find(({ code }) => code === 'STACK_FILE_INVALID')
    const problem = why?.evidence['problem'] ?? status?.sentence ?? 'No stack has been adopted.'
    throw new CommandProblem(problem, exitCodes.wrongUsage)
  }
  if (second) {
    const names = adopted.map(({ stack }) => stack).join(', ')
    throw new CommandProblem(
      `There are several stacks: ${names}. Say which one with --stack NAME.`,
      exitCodes.wrongUsage,
    )
  }
  return { ...first, stack: first.stack }
}

/**
 * Asks on the terminal, for a yes or for a word. Without one there is nobody to ask: `--yes` must
 * have been given.
 */
export async function confirm(session: Session, question: string, word?: string): Promise<boolean> {
  if (!session.stdin.isTTY) {
    throw new CommandProblem(
      'There is no terminal to ask on. Look at the plan with --dry-run, then add --yes.',
      exitCodes.wrongUsage,
    )
  }
  const lines = createInterface({ input: session.stdin, output: session.stdout })
  try {
    // Ctrl+D closes the terminal's side without an answer, Ctrl+C rejects: both are a no.
    const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')))
    const asked = word === undefined ? `${question} [y/N] ` : `${question} `
    const answer = lines.question(asked).catch(() => '')
    const said = (await Promise.race([answer, closed])).trim()
    return word === undefined ? /^y(es)?$/i.test(said) : said === word
  } finally {
    lines.close()
  }
}
