import type { Foreseen, Simulation } from '../../shared/ipc/simulation-view.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import type { Paint } from './reporters/paint.ts'
import { type GlobalOptions, printer, type Session, theStack, withSentinel } from './session.ts'

/** What would break if the stack ran elsewhere; ends with "findings" where something would. */
export function simulate(
  session: Session,
  options: GlobalOptions & { to: string },
): Promise<ExitCode> {
  return withSentinel(session, { ...options, monitoring: true }, async (sentinel) => {
    const { stack } = theStack(sentinel)
    const simulation = await sentinel.simulate(stack, options.to)
    printer(session, options).either((paint) => simulationText(simulation, paint), simulation)
    const breaks = simulation.foreseen.some(({ verdict }) => verdict === 'breaks')
    return breaks ? exitCodes.findings : exitCodes.fine
  })
}

const groups = [
  ['breaks', 'Would break', 'red'],
  ['cannot-tell', 'Cannot be told', 'magenta'],
  ['differs', 'Would be different', 'yellow'],
] as const

function simulationText({ stack, context, engine, foreseen }: Simulation, paint: Paint): string {
  const title = paint('bold', `${stack} on ${context}, ${engine}: nothing was moved.`)
  if (foreseen.length === 0) return `${title}\nNothing that Sentinel knows of would break.`
  const parts = groups.flatMap(([verdict, heading, style]) => {
    const some = foreseen.filter((one) => one.verdict === verdict)
    return some.length === 0 ? [] : [[paint(style, heading), ...some.map(line)].join('\n')]
  })
  return [title, ...parts].join('\n\n')
}

const line = ({ sentence, remedy }: Foreseen): string =>
  remedy === null ? `  ${sentence}` : `  ${sentence}\n      ${remedy}`
