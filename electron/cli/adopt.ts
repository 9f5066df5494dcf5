import { servicesOf } from '../../shared/domain/stack.ts'
import type { Adoption } from '../sentinel/surface.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import type { Paint } from './reporters/paint.ts'
import { type GlobalOptions, printer, type Session, withSentinel } from './session.ts'

export type AdoptOptions = GlobalOptions & { name?: string; context?: string; dryRun?: boolean }

/** Learns the stack from the engine it runs on and writes its stack file. */
export function adopt(
  session: Session,
  options: AdoptOptions,
  projects: readonly string[],
): Promise<ExitCode> {
  const file = options.stack?.[0]
  return withSentinel(session, {}, async (sentinel) => {
    const adoption = await sentinel.adopt({
      projects,
      ...(options.name !== undefined && { name: options.name }),
      ...(options.context !== undefined && { context: options.context }),
      ...(file !== undefined && { file }),
      ...(options.dryRun && { dryRun: true }),
    })
    const print = printer(session, options)
    print.either(
      (paint) => (options.dryRun ? adoption.text : adoptionText(adoption, paint)),
      adoption,
    )
    return exitCodes.fine
  })
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
