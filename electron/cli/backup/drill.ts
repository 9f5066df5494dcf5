import { shortId } from '../../../shared/domain/short-id.ts'
import type { ExitCode } from '../exit-codes.ts'
import { type GlobalOptions, printer } from '../session.ts'
import { type BackupSite, openedRepository, pick } from './backup-site.ts'
import { next, outcomeText } from './backup-words.ts'
import { exitCodeOf, runHere } from './run-here.ts'

export type DrillOptions = GlobalOptions & { context?: string }

/** Proves that a snapshot can be restored, beside everything else, and says how long it took. */
export async function drill(
  site: BackupSite,
  options: DrillOptions,
  asked: string | undefined,
): Promise<ExitCode> {
  const repository = await openedRepository(site)
  const one = asked === undefined ? undefined : await pick(site, repository, asked)
  const outcome = await runHere(site, {
    kind: 'drill',
    ...(one && { snapshot: one.id }),
    ...(options.context !== undefined && { context: options.context }),
  })
  const { snapshot } = outcome
  const proven = snapshot === undefined ? undefined : await repository.find(snapshot)
  printer(site.session, options).either(
    (paint) =>
      [
        outcomeText(outcome, paint),
        ...(outcome.outcome === 'damaged' && snapshot !== undefined
          ? [next(paint, site.hint(`verify ${shortId(snapshot)}`))]
          : []),
      ].join('\n'),
    {
      ...outcome,
      provenAt: proven?.marks.provenAt ?? null,
      recoverMilliseconds: proven?.marks.recoverMilliseconds ?? null,
    },
  )
  return exitCodeOf[outcome.outcome]
}
