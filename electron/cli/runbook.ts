import { findingCodes } from '../../shared/assess/finding.ts'
import { fillRunbook, runbookBook } from '../../shared/assess/runbook/fill-runbook.ts'
import type { RunbookMatter } from '../../shared/assess/runbook/runbook-words.ts'
import type { Sentinel } from '../sentinel/surface.ts'
import { CommandProblem, type ExitCode, exitCodes } from './exit-codes.ts'
import type { ReportSources } from './report.ts'
import { wrapProse } from './reporters/wrap.ts'
import { type GlobalOptions, printer, type Session, withSentinel } from './session.ts'

export type RunbookOptions = GlobalOptions & { all?: boolean; out?: string }

/** A page, or all of them as one document, with the names of this machine's stack filled in. */
export async function runbook(
  session: Session,
  options: RunbookOptions,
  code: string | undefined,
  writeNew: ReportSources['writeNew'],
): Promise<ExitCode> {
  if (options.all) {
    if (code !== undefined) throw wrongUsage('--all means every page: leave the code out.')
    return everyPage(session, options, writeNew)
  }
  if (options.out !== undefined) throw wrongUsage('--out goes with --all.')
  const known = findingCodes.find((candidate) => candidate === code?.toUpperCase())
  if (!known) {
    const problem =
      code === undefined ? 'Name a finding, or say --all.' : `There is no finding ${code}.`
    throw wrongUsage(`${problem} The codes are:\n  ${findingCodes.join('\n  ')}`)
  }
  const page = await session.readRunbook(known)
  return withSentinel(session, options, async (sentinel) => {
    const text = fillRunbook(page, { ...matterOf(sentinel), code: known })
    session.stdout.write(wrapProse(text, session.stdout.columns))
    return exitCodes.fine
  })
}

async function everyPage(
  session: Session,
  options: RunbookOptions,
  writeNew: ReportSources['writeNew'],
): Promise<ExitCode> {
  const pages = await Promise.all(
    findingCodes.map(async (code) => ({ code, markdown: await session.readRunbook(code) })),
  )
  return withSentinel(session, options, async (sentinel) => {
    const book = runbookBook(pages, matterOf(sentinel), new Date().toISOString())
    const print = printer(session, options)
    if (options.out === undefined) {
      print.verbatim(book)
      return exitCodes.fine
    }
    try {
      await writeNew(options.out, book)
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      const there = `${options.out} is there already and is not overwritten; give another name.`
      throw wrongUsage(code === 'EEXIST' ? there : message)
    }
    print.line(`Written to ${options.out}.`)
    return exitCodes.fine
  })
}

function matterOf(sentinel: Sentinel): RunbookMatter {
  const [status] = sentinel.mirror().stacks
  return { status, stack: (status?.stack && sentinel.stackInForce(status.stack)) || undefined }
}

const wrongUsage = (problem: string) => new CommandProblem(problem, exitCodes.wrongUsage)
