import type { EngineSight } from '../../shared/domain/engine.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { table } from './reporters/table.ts'
import { type GlobalOptions, type Print, printer, type Session, withSentinel } from './session.ts'

type ContextRow = {
  context: string
  current: boolean
  source: string | null
  home: boolean
  endpoint: string
  engineId: string | null
  kind: string | null
  problem: string | null
}

/** Every context, where it leads, and which engine answers there now. */
export function contexts(session: Session, options: GlobalOptions): Promise<ExitCode> {
  return withSentinel(session, options, async (sentinel) => {
    const observed = sentinel.observed()
    const print = printer(session, options)
    if (observed.contexts.status === 'unknown') {
      const { message } = observed.contexts.failure
      print.either(() => message, { problem: message })
      return exitCodes.couldNotSee
    }
    const { contexts: all, current } = observed.contexts.value
    const homes = sentinel.mirror().stacks.map(({ home }) => home?.context)
    const rows = all.map((context): ContextRow => {
      const sight = observed.engines.find(({ endpoint }) => endpoint === context.endpoint)
      return {
        context: context.name,
        current: context.name === current.name,
        source: context.name === current.name ? current.source : null,
        home: homes.includes(context.name),
        endpoint: context.endpoint,
        ...engineOf(sight),
        problem: context.problem ?? problemOf(sight),
      }
    })
    print.either(() => contextsText(rows, print), rows)
    return exitCodes.fine
  })
}

function engineOf(sight: EngineSight | undefined): Pick<ContextRow, 'engineId' | 'kind'> {
  if (sight?.engine.status !== 'known') return { engineId: null, kind: null }
  return { engineId: sight.engine.value.id, kind: sight.engine.value.kind }
}

const problemOf = (sight: EngineSight | undefined): string | null =>
  sight?.engine.status === 'unknown' ? sight.engine.failure.message : null

function contextsText(rows: readonly ContextRow[], { paint }: Print): string {
  const lines = table(
    rows.map((row) => [
      row.current ? '*' : ' ',
      paint('bold', row.context),
      row.kind ?? '',
      row.engineId ? row.engineId.slice(0, 12) : paint('magenta', 'cannot see'),
      marksOf(row).join(', '),
    ]),
  ).split('\n')
  // Endpoints are too long for a column beside the others.
  return rows
    .flatMap(({ endpoint, problem }, index) => [
      lines[index] ?? '',
      `     ${paint('dim', endpoint)}`,
      ...(problem === null ? [] : [`     ${paint('magenta', problem)}`]),
    ])
    .join('\n')
}

function marksOf({ home, current, source }: ContextRow): string[] {
  const how = source === null || source === 'default' ? '' : ` (${source})`
  return [home ? ['home'] : [], current ? [`current${how}`] : []].flat()
}
