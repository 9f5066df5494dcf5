import { servicesOf } from '../../shared/domain/stack.ts'
import { WrongWish } from '../sentinel/adopt-stack.ts'
import { isStackPath } from '../sentinel/keep/given-stacks.ts'
import type { Adoption, AdoptionWish, Sentinel } from '../sentinel/surface.ts'
import { CommandProblem, type ExitCode, exitCodes } from './exit-codes.ts'
import type { Paint } from './reporters/paint.ts'
import { type GlobalOptions, printer, type Session, withSentinel } from './session.ts'

export type AdoptOptions = GlobalOptions & { name?: string; context?: string; dryRun?: boolean }

/** Learns the stack from the engine it runs on and writes its stack file. */
export function adopt(
  session: Session,
  options: AdoptOptions,
  projects: readonly string[],
): Promise<ExitCode> {
  const given = options.stack?.[0]
  const file = given !== undefined && isStackPath(given) ? given : undefined
  const name = options.name ?? (file === undefined ? given : undefined)
  return withSentinel(session, {}, async (sentinel) => {
    const adoption = await learnt(sentinel, {
      projects,
      ...(name !== undefined && { name }),
      ...(options.context !== undefined && { context: options.context }),
      ...(file !== undefined && { file }),
      ...(options.dryRun && { dryRun: true }),
    })
    const print = printer(session, options)
    if (options.dryRun && !options.json) print.verbatim(adoption.text)
    else print.either((paint) => adoptionText(adoption, paint), adoption)
    return exitCodes.fine
  })
}

async function learnt(sentinel: Sentinel, wish: AdoptionWish): Promise<Adoption> {
  try {
    return await sentinel.adopt(wish)
  } catch (error) {
    if (!(error instanceof WrongWish)) throw error
    throw new CommandProblem(error.message, exitCodes.wrongUsage)
  }
}

function adoptionText({ stack, file, why, keptCopy }: Adoption, paint: Paint): string {
  const services = servicesOf(stack)
  const exporters = services.filter(({ service }) => service.exporter)
  return [
    `${paint('bold', `Adopted ${stack.name}`)}, at home on ${stack.home.context} (${stack.home.engineKind}).`,
    why,
    '',
    ...stack.projects.flatMap((project) => [
      `  project ${paint('bold', project.name)} in ${project.workingDir}`,
      ...project.starts.map(
        ({ files, services: started }, index) =>
          `    ${index + 1}. ${files.join(', ')}: ${started.map(({ name }) => name).join(', ')}`,
      ),
    ]),
    '',
    `  ${services.length} services, ${exporters.length} of them exporters`,
    '',
    `Written to ${file}. Look it through: it is what Sentinel takes for right.`,
    ...(keptCopy ? [`The file that was there before is kept as ${keptCopy}.`] : []),
    'Next: odin-sentinel status',
  ].join('\n')
}
