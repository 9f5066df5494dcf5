import type { OpenOperationView, OperationView, UndoableView } from '../../shared/ipc/contract.ts'
import type { SettleDirection } from '../sentinel/surface.ts'
import { localTime } from './backup/backup-words.ts'
import { operationText } from './carry-out.ts'
import { CommandProblem, type ExitCode, exitCodes } from './exit-codes.ts'
import { type GlobalOptions, printer, type Session, withSentinel } from './session.ts'

/** What stopped before its end, and how to go on. */
export function operations(session: Session, options: GlobalOptions): Promise<ExitCode> {
  return withSentinel(session, options, async (sentinel) => {
    const open = await sentinel.openOperations()
    const undoable = await sentinel.undoable()
    const all = await sentinel.pastOperations()
    const past = all.slice(0, mostListed).map(pastText)
    printer(session, options).either(
      () =>
        [
          open.length === 0 ? 'No operation waits for anybody.' : open.map(text).join('\n\n'),
          ...undoable.map(undoText),
          ...(past.length === 0 ? [] : [['On record, newest first:', ...past].join('\n')]),
        ].join('\n\n'),
      { open, undoable, past: all },
    )
    return exitCodes.fine
  })
}

/** So many are listed; each can be shown for as long as it is on record. */
const mostListed = 10

const pastText = ({ id, title, startedAt, outcome }: OperationView): string =>
  `  ${id}  ${localTime(startedAt)}  ${outcome.replace('-', ' ')}  ${title}`

/** Every step of one of them, as it was shown when it was carried out. */
export function showOperation(
  session: Session,
  options: GlobalOptions,
  wanted: string,
): Promise<ExitCode> {
  return withSentinel(session, options, async (sentinel) => {
    const view = (await sentinel.pastOperations()).find(({ id }) => id === wanted)
    if (!view) {
      const sentence = `There is no operation ${wanted} on record.`
      throw new CommandProblem(sentence, exitCodes.wrongUsage)
    }
    printer(session, options).either(
      (paint) => [paint('bold', view.title), operationText(view, paint)].join('\n'),
      view,
    )
    return exitCodes.fine
  })
}

const undoText = ({ id, title, endedAt, until }: UndoableView): string =>
  `${title}, carried out ${localTime(endedAt)}\n  Can be undone until ${localTime(until)}:\n    odin-sentinel undo ${id}`

function text({ id, title, startedAt, touched, ways, directory, problem }: OpenOperationView) {
  const next = ways.map((way) => `odin-sentinel ${way} ${id}`)
  return [
    `${title}, begun ${startedAt ?? 'at an unknown time'}`,
    ...touched.map((what) => `  ${what}`),
    ...(problem === null ? [] : [`  ${problem}`]),
    `  Its journal and the files from before: ${directory}`,
    ...(next.length === 0 ? [] : ['  Next, one of:', ...next.map((line) => `    ${line}`)]),
  ].join('\n')
}

/** Goes on with an operation, undoes it, or leaves it; with the only one when none is named. */
export function settle(
  session: Session,
  options: GlobalOptions,
  direction: SettleDirection,
  wanted: string | undefined,
): Promise<ExitCode> {
  return withSentinel(session, { ...options, monitoring: true }, async (sentinel) => {
    const open = await sentinel.openOperations()
    const [only, another] = wanted === undefined ? open : open.filter(({ id }) => id === wanted)
    if (!only) {
      const sentence =
        wanted === undefined ? 'No operation waits for anybody.' : `No operation ${wanted} waits.`
      throw new CommandProblem(sentence, exitCodes.planFailed)
    }
    if (another) {
      const ids = open.map(({ id }) => id).join(', ')
      throw new CommandProblem(`Several operations wait: ${ids}. Name one.`, exitCodes.wrongUsage)
    }
    const onInterrupt = () => sentinel.cancel()
    process.on('SIGINT', onInterrupt)
    try {
      const view = await sentinel.settle(only.id, direction)
      printer(session, options).either((paint) => operationText(view, paint), view)
      const wentWell = direction === 'roll-back' ? 'rolled-back' : 'done'
      const isFine = view.outcome === wentWell || direction === 'leave'
      return isFine ? exitCodes.fine : exitCodes.planFailed
    } finally {
      process.off('SIGINT', onInterrupt)
    }
  })
}
