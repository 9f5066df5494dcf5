import { Command, CommanderError, Option } from 'commander'
import { sentenceOf } from '../../shared/kit/sentence-of.ts'
import type { SecretStore } from '../adapters/secrets/secret-store.ts'
import type { DemoGuard } from '../guard.ts'
import type { Sentinel } from '../sentinel/surface.ts'
import { type AdoptOptions, adopt } from './adopt.ts'
import type { backupCommands } from './backup/backup-commands.ts'
import { atStack, type BackupParts } from './backup/backup-site.ts'
import { type CarryOutOptions, carryOut } from './carry-out.ts'
import { contexts } from './contexts.ts'
import { demo } from './demo.ts'
import { drift } from './drift.ts'
import { CommandProblem, type ExitCode, exitCodeHelp, exitCodes } from './exit-codes.ts'
import { accept, monitoring, partNames } from './monitoring.ts'
import { operations, settle, showOperation } from './operations.ts'
import { type ReportOptions, type ReportSources, report } from './report.ts'
import { monitoringParts } from './reporters/monitoring-text.ts'
import { restoreCommands } from './restore.ts'
import { type RunbookOptions, runbook } from './runbook.ts'
import { type GlobalOptions, printer, type Session } from './session.ts'
import { simulate } from './simulate.ts'
import { status } from './status.ts'
import { timeline } from './timeline.ts'
import { type TokenOptions, token } from './token.ts'
import { type WatchOptions, watch } from './watch.ts'

type RecoverOptions = CarryOutOptions & {
  filesFrom?: string
  withoutSamples?: boolean
  carryDashboards?: boolean
}

type ProgramParts = {
  session: Session
  stderr: NodeJS.WriteStream
  version: string
  notify: (sentinel: Sentinel) => () => Promise<void>
  /** Shows a notification, and says how. */
  notifyTest: () => Promise<string>
  report: ReportSources
  backups: BackupParts
  tokens: (work: (store: SecretStore) => Promise<ExitCode>) => Promise<ExitCode>
  openDemo: () => Promise<DemoGuard>
}

/** Runs one command line; resolves to its exit code and never rejects. */
export async function runProgram(argv: readonly string[], parts: ProgramParts): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.fine
  // A guard that runs for months does without what it never calls.
  const registerBackups =
    argv[0] === 'watch' ? undefined : (await import('./backup/backup-commands.ts')).backupCommands
  const ended = (code: ExitCode) => {
    exitCode = code
  }
  const program = buildProgram(parts, ended, registerBackups)
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? exitCodes.fine : exitCodes.wrongUsage
    }
    const message = sentenceOf(error)
    parts.stderr.write(`odin-sentinel: ${message}\n`)
    return error instanceof CommandProblem ? error.exitCode : exitCodes.couldNotSee
  }
}

function buildProgram(
  parts: ProgramParts,
  ended: (code: ExitCode) => void,
  registerBackups: typeof backupCommands | undefined,
): Command {
  const { session } = parts
  const program = new Command('odin-sentinel')
    .description('Guards a monitoring stack against the wrong Docker engine.')
    .version(parts.version)
    .addHelpText('after', `\n${exitCodeHelp}`)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void session.stdout.write(text),
      writeErr: (text) => void parts.stderr.write(text),
    })
    .showHelpAfterError('Add --help to see what it takes.')

  const command = (name: string, description: string, parent = program) =>
    parent
      .command(name)
      .description(description)
      .option('-s, --stack <file>', 'stack file, or name of a stack; may be given again', also)
      .option('--json', 'print JSON for a program to read')
      .addHelpText('after', `\n${exitCodeHelp}`)

  const planCommand = (name: string, description: string) =>
    command(name, description)
      .option('-n, --dry-run', 'show the plan and change nothing')
      .option('-y, --yes', 'carry the plan out without asking')

  command('watch', 'Guard, and print a line for each thing that happens.')
    .option('--notify', 'send desktop notifications too')
    .option('--no-monitoring', 'guard the place alone: contexts, engines, containers')
    .action(async (options: WatchOptions) => ended(await watch(session, options, parts.notify)))

  command('status', 'Look once and print the verdict.')
    .option('--no-monitoring', 'guard the place alone: contexts, engines, containers')
    .action(async (options: GlobalOptions) => ended(await status(session, options)))

  for (const part of partNames) {
    command(part, monitoringParts[part].describe).action(async (options: GlobalOptions) =>
      ended(
        part === 'drift' ? await drift(session, options) : await monitoring(session, options, part),
      ),
    )
  }

  command('accept', 'Make what is there now the baseline that drift is measured against.').action(
    async (options: GlobalOptions) => ended(await accept(session, options)),
  )

  command('contexts', 'List the Docker contexts, where they lead, and who answers there.').action(
    async (options: GlobalOptions) => ended(await contexts(session, options)),
  )

  command('adopt', 'Learn the stack from the engine it runs on and write its stack file.')
    .argument('[project...]', 'compose projects of the stack; chosen by their images otherwise')
    .option('--name <name>', 'name of the stack')
    .option('--context <name>', 'learn from the engine of this context')
    .option('-n, --dry-run', 'print the stack file and write nothing')
    .action(async (projects: string[], options: AdoptOptions) =>
      ended(await adopt(session, options, projects)),
    )

  planCommand('switch-back', 'Set the Docker context back to the home of the stack.')
    .option('--to <context>', 'switch to this context instead')
    .option('--start-desktop', 'start Docker Desktop first')
    .action(async (options: CarryOutOptions & { to?: string; startDesktop?: boolean }) =>
      ended(
        await carryOut(session, options, {
          kind: 'switch-back',
          ...(options.to !== undefined && { to: options.to }),
          ...(options.startDesktop && { startDesktop: true }),
        }),
      ),
    )

  planCommand(
    'recover',
    'Put everything back as it was accepted: units, strays, context, files, services.',
  )
    .option(
      '--files-from <source>',
      'where drifted configuration comes from: accepted (the usual), git (the last good commit), git:<commit>, latest, or the end of a snapshot\'s name as "snapshots" shows it',
    )
    .option('--without-samples', 'leave what was recorded on another engine there')
    .option(
      '--carry-dashboards',
      'import dashboards that were edited in Grafana on another engine; they are kept as files otherwise',
    )
    .action(async (options: RecoverOptions) =>
      ended(
        await carryOut(
          session,
          { ...options, monitoring: true },
          {
            kind: 'recover',
            ...(options.filesFrom !== undefined && { filesFrom: options.filesFrom.trim() }),
            ...(options.withoutSamples && { withoutSamples: true }),
            ...(options.carryDashboards && { carryDashboards: true }),
          },
        ),
      ),
    )

  command('simulate', 'Say what would break if the stack ran elsewhere; nothing is moved.')
    .requiredOption('--to <context>', 'the Docker context it would go to')
    .action(async (options: GlobalOptions & { to: string }) =>
      ended(await simulate(session, options)),
    )

  command('operations', 'List what stopped before its end, how to go on, and what is on record.')
    .argument('[show]', 'show: every step of one operation, with what came of it')
    .argument('[operation]', 'its ID')
    .action(async (word: string | undefined, id: string | undefined, options: GlobalOptions) => {
      if (word === undefined) return ended(await operations(session, options))
      if (word !== 'show' || id === undefined) {
        throw new CommandProblem('Say "operations show" and the ID.', exitCodes.wrongUsage)
      }
      return ended(await showOperation(session, options, id))
    })

  for (const [direction, description] of [
    ['continue', 'Go on with an operation that stopped.'],
    ['roll-back', 'Undo an operation that stopped.'],
    ['leave', 'End an operation that stopped, and leave everything as it is.'],
  ] as const) {
    command(direction, description)
      .argument('[operation]', 'its ID; the only one that waits otherwise')
      .action(async (id: string | undefined, options: GlobalOptions) =>
        ended(await settle(session, options, direction, id)),
      )
  }

  planCommand('keep-here', 'Make the current context the home of the stack.').action(
    async (options: CarryOutOptions) =>
      ended(await carryOut(session, options, { kind: 'keep-here' })),
  )

  const { stderr, backups, tokens: secrets } = parts
  registerBackups?.({ session, stderr, parts: backups, program, command, secrets, ended })
  restoreCommands({
    session,
    planCommand,
    atSite: (options, work) => atStack({ session, stderr, parts: backups }, options, work),
    ended,
  })

  command('timeline', 'Print what happened.')
    .addOption(
      new Option('--since <when>', '90m, 6h, 2d, 1w, or a date such as 2026-11-20').default('1d'),
    )
    .action(async (options: GlobalOptions & { since: string }) =>
      ended(await timeline(session, options, parts.report.readTimeline)),
    )

  command('report', 'Write the account of what happened, in Markdown.')
    .addOption(new Option('--since <when>', 'as for timeline').default('2d'))
    .option('-o, --out <file>', 'write it there; a file that exists is never overwritten')
    .action(async (options: ReportOptions) => ended(await report(session, options, parts.report)))

  command('token', 'Keep a token, read from standard input, in the keyring.')
    .argument('<program>', 'grafana: to look at its datasources and dashboards')
    .option('--remove', 'forget it')
    .action(async (program: string, options: TokenOptions) =>
      ended(await parts.tokens((store) => token(session, options, program, store))),
    )

  command('notify-test', 'Show a notification, to see that it is seen.').action(
    async (options: GlobalOptions) => {
      const sentence = await parts.notifyTest()
      printer(session, options).either(() => sentence, { shown: sentence })
    },
  )

  program
    .command('demo')
    .description('Play the incident and its cure on a built-in stack, in about a minute.')
    .option('--stay', 'keep the built-in stack open afterwards, to be played with')
    .action(async (options: { stay?: boolean }) =>
      ended(await demo(session, options, parts.openDemo)),
    )

  command('runbook', 'Print what a finding means and how to mend it.')
    .argument('[code]', 'code of a finding, for example CONTEXT_SWITCHED')
    .option('--all', 'every page as one document, in Markdown')
    .option('-o, --out <file>', 'write it there; a file that exists is never overwritten')
    .action(async (code: string | undefined, options: RunbookOptions) =>
      ended(await runbook(session, options, code, parts.report.writeNew)),
    )

  return program
}

const also = (value: string, before: string[] = []) => [...before, value]
