import type { Command } from 'commander'
import type { SecretStore } from '../../adapters/secrets/secret-store.ts'
import type { ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Session } from '../session.ts'
import { atStack, type BackupParts, type BackupSite } from './backup-site.ts'
import { type DrillOptions, drill } from './drill.ts'
import { newKey, unlockKey } from './key.ts'
import { show, snapshots } from './list.ts'
import { browse, diff, extract } from './look.ts'
import { pin } from './pin.ts'
import {
  type SecondCopyKeyOptions,
  type SecondCopyOptions,
  secondCopy,
  secondCopyKey,
} from './second-copy.ts'
import { type BackupOptions, backup, type PruneOptions, prune, verify } from './take.ts'

type CommandsParts = {
  session: Session
  stderr: NodeJS.WriteStream
  parts: BackupParts
  command: (name: string, description: string, parent?: Command) => Command
  program: Command
  secrets: (work: (store: SecretStore) => Promise<ExitCode>) => Promise<ExitCode>
  ended: (code: ExitCode) => void
}

const idHelp = 'end of its name, as "snapshots" shows it, or latest'

/** The part of the command line that is about snapshots. */
export function backupCommands(from: CommandsParts): void {
  const { command, program, ended, secrets, ...given } = from
  const at = async (
    options: GlobalOptions,
    work: (site: BackupSite) => Promise<ExitCode>,
  ): Promise<void> => ended(await atStack(given, options, work))

  command('backup', 'Take a snapshot of the stack, read it back, and keep it.')
    .option('--only <part...>', 'kinds or parts alone: configuration, volume:odin_grafana …')
    .option('--note <text>', 'what it is for')
    .option('--pin <why>', 'keep it until it is unpinned')
    .option('--begin-anew', 'make a new repository where the one that was there is gone')
    .action((options: BackupOptions) => at(options, (site) => backup(site, options)))

  command('snapshots', 'List the snapshots of the stack.').action((options: GlobalOptions) =>
    at(options, (site) => snapshots(site, options)),
  )

  command('show', 'Say what a snapshot holds, and what became of it.')
    .argument('<id>', idHelp)
    .action((id: string, options: GlobalOptions) => at(options, (site) => show(site, options, id)))

  command('browse', 'List what is in a snapshot, or in a directory of it.')
    .argument('<id>', idHelp)
    .argument('[path]', 'a part and where in it, or the path of a file on this machine')
    .action((id: string, path: string | undefined, options: GlobalOptions) =>
      at(options, (site) => browse(site, options, id, path)),
    )

  command('diff', 'Show what differs from a snapshot to another, or to now; secrets are masked.')
    .argument('<id>', idHelp)
    .argument('[other]', 'the later one; what is there now otherwise')
    .action((id: string, other: string | undefined, options: GlobalOptions) =>
      at(options, (site) => diff(site, options, id, other)),
    )

  command('verify', 'Read every byte of the snapshots again, and name what is damaged.')
    .argument('[id]', `${idHelp}; all of them otherwise`)
    .action((id: string | undefined, options: GlobalOptions) =>
      at(options, (site) => verify(site, options, id)),
    )

  command('prune', 'Let go of snapshots that the rule of the stack does not keep.')
    .option('-n, --dry-run', 'say what would go, and why, and change nothing')
    .action((options: PruneOptions) => at(options, (site) => prune(site, options)))

  command('drill', 'Prove that a snapshot can be restored: beside the stack, and taken down after.')
    .argument('[id]', `${idHelp}; the newest that was verified otherwise`)
    .option('--context <name>', 'on the engine of this context; home otherwise')
    .action((id: string | undefined, options: DrillOptions) =>
      at(options, (site) => drill(site, options, id)),
    )

  command('second-copy', 'Copy all snapshots to where the stack file says, by restic.')
    .option('--init', 'make the restic repository where there is none')
    .option('--check', 'read a part of the copy again afterwards, another one each time')
    .action((options: SecondCopyOptions) => at(options, (site) => secondCopy(site, options)))

  command('second-copy-key', 'Keep what opens the second copy, read from standard input.')
    .argument('<which>', 'password, or access: KEY=VALUE lines such as AWS_ACCESS_KEY_ID=…')
    .option('--remove', 'forget it')
    .action((which: string, options: SecondCopyKeyOptions) =>
      at(options, (site) => secrets((store) => secondCopyKey(site, options, which, store))),
    )

  command('extract', 'Write what is in a snapshot into a directory; nothing is overwritten.')
    .argument('<id>', idHelp)
    .argument('<path>', 'as browse shows it; / is everything')
    .requiredOption('--to <directory>', 'where to write it, under its own name')
    .action((id: string, path: string, options: GlobalOptions & { to: string }) =>
      at(options, (site) => extract(site, options, id, path)),
    )

  command('pin', 'Keep a snapshot until it is unpinned.')
    .argument('<id>', idHelp)
    .argument('[why]', 'what for')
    .action((id: string, why: string | undefined, options: GlobalOptions) =>
      at(options, (site) => pin(site, options, id, why ?? '')),
    )

  command('unpin', 'Let the rule of the stack decide about a snapshot again.')
    .argument('<id>', idHelp)
    .action((id: string, options: GlobalOptions) =>
      at(options, (site) => pin(site, options, id, null)),
    )

  const key = program
    .command('backup-key')
    .description('Encrypt new snapshots, and bring their key to another machine.')

  command('new', 'Make a key that new snapshots are encrypted to; prints the recovery sheet.', key)
    .addHelpText('after', passphraseHelp)
    .action((options: GlobalOptions) =>
      at(options, (site) => secrets((store) => newKey(site, options, store))),
    )

  command('unlock', 'Keep the key on this machine, to read and write what is encrypted.', key)
    .argument('[file]', 'the locked key; the one in the repository otherwise')
    .addHelpText('after', passphraseHelp)
    .action((file: string | undefined, options: GlobalOptions) =>
      at(options, (site) => secrets((store) => unlockKey(site, options, store, file))),
    )
}

const passphraseHelp =
  '\nThe passphrase is asked for, or read from the first line of standard input.'
