import type { Command } from 'commander'
import { shellWord } from '../../shared/kit/shell-word.ts'
import { type BackupSite, openedRepository, pick } from './backup/backup-site.ts'
import { extract } from './backup/look.ts'
import { type CarryOutOptions, carryOut } from './carry-out.ts'
import { CommandProblem, type ExitCode, exitCodes } from './exit-codes.ts'
import { type GlobalOptions, type Session, withSentinel } from './session.ts'

type RestoreOptions = CarryOutOptions & { only?: string[]; to?: string; fromOtherEngine?: boolean }

type CommandsParts = {
  session: Session
  planCommand: (name: string, description: string) => Command
  /** Works on the snapshots of the stack, without an engine. */
  atSite: (
    options: GlobalOptions,
    work: (site: BackupSite) => Promise<ExitCode>,
  ) => Promise<ExitCode>
  ended: (code: ExitCode) => void
}

/** The part of the command line that puts back what a snapshot holds. */
export function restoreCommands({ session, planCommand, atSite, ended }: CommandsParts): void {
  planCommand('restore', 'Put back what a snapshot holds; what is there now is kept first.')
    .argument('<id>', 'end of its name, as "snapshots" shows it, or latest')
    .option(
      '--only <part...>',
      'config, prometheus, grafana, volumes, a service, a part such as volume:odin_grafana, the path of a file, or dashboard:UID for one dashboard of Grafana, as "show" lists them',
    )
    .option('--to <directory>', 'write it into this directory instead; nothing else is touched')
    .option('--from-other-engine', 'put data back that comes from another engine than home')
    .action(async (id: string, options: RestoreOptions) =>
      ended(
        options.to === undefined
          ? await restore(session, options, id)
          : await atSite(options, (site) => extractAll(site, options, id, options.to ?? '')),
      ),
    )

  planCommand('undo', 'Undo a restore: put back what was there before it, for seven days.')
    .argument('[operation]', 'its ID, as "operations" shows it; the newest one otherwise')
    .action(async (id: string | undefined, options: CarryOutOptions) =>
      ended(await undo(session, options, id)),
    )
}

function restore(session: Session, options: RestoreOptions, id: string): Promise<ExitCode> {
  const { only, fromOtherEngine } = options
  return carryOut(
    session,
    { ...options, monitoring: true },
    {
      kind: 'restore',
      snapshot: id.trim(),
      ...(only && { only }),
      ...(fromOtherEngine && { fromOtherEngine: true }),
    },
  )
}

async function undo(
  session: Session,
  options: CarryOutOptions,
  wanted: string | undefined,
): Promise<ExitCode> {
  const operation = wanted ?? (await newestUndoable(session, options))
  return carryOut(session, { ...options, monitoring: true }, { kind: 'undo-restore', operation })
}

async function newestUndoable(session: Session, options: GlobalOptions): Promise<string> {
  let newest: string | undefined
  await withSentinel(session, options, async (sentinel) => {
    newest = (await sentinel.undoable())[0]?.id
    return exitCodes.fine
  })
  if (newest !== undefined) return newest
  throw new CommandProblem('There is no restore that can be undone.', exitCodes.planFailed)
}

const everything = '/'

/** Each part that is named, or all of it, as `extract` writes it. */
async function extractAll(
  site: BackupSite,
  options: RestoreOptions,
  id: string,
  to: string,
): Promise<ExitCode> {
  const { manifest } = await pick(site, await openedRepository(site), id)
  const ids = manifest.components.map((component) => component.id)
  for (const word of options.only ?? [everything]) {
    const paths = pathsOf(word, ids)
    if (paths.length === 0) {
      throw new CommandProblem(
        `${shellWord(word)} is no part of this snapshot; there are ${ids.join(', ')}.`,
        exitCodes.wrongUsage,
      )
    }
    for (const path of paths) {
      const code = await extract(site, { ...options, to }, id, path)
      if (code !== exitCodes.fine) return code
    }
  }
  return exitCodes.fine
}

function pathsOf(word: string, ids: readonly string[]): string[] {
  if (word === 'config') return ['configuration']
  if (word === 'volumes') return ids.filter((id) => id.startsWith('volume:'))
  const isPath = word.startsWith('/') || ids.some((id) => word === id || word.startsWith(`${id}/`))
  return isPath ? [word] : ids.filter((id) => id.startsWith(`${word}:`))
}
