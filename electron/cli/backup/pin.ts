import { shortId } from '../../../shared/domain/short-id.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { visibleName } from '../reporters/visible.ts'
import { type GlobalOptions, printer } from '../session.ts'
import { type BackupSite, openedRepository, pick } from './backup-site.ts'
import { byHand } from './take.ts'

/** A pinned snapshot is never pruned; null takes the pin off. */
export async function pin(
  site: BackupSite,
  options: GlobalOptions,
  asked: string,
  why: string | null,
): Promise<ExitCode> {
  const repository = await openedRepository(site)
  const entry = await pick(site, repository, asked)
  const pinned = why === null ? null : why.trim() || byHand
  await repository.mark(entry.id, { pinned: pinned ?? undefined })
  const id = shortId(entry.id)
  const sentence =
    pinned !== null
      ? `${id} is pinned (${visibleName(pinned)}); prune leaves it until ${site.hint(`unpin ${id}`)}.`
      : entry.marks.pinned === undefined
        ? `${id} was not pinned.`
        : `${id} is not pinned any more; the rule of the stack decides how long it stays.`
  printer(site.session, options).either(() => sentence, { id: entry.id, pinned })
  return exitCodes.fine
}
