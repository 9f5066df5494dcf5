import { buffer } from 'node:stream/consumers'
import {
  type SecretStore,
  secondCopyAccessName,
  secondCopyPasswordName,
} from '../../adapters/secrets/secret-store.ts'
import { accessIn } from '../../backup/second-copy/access-lines.ts'
import { CommandProblem, type ExitCode, exitCodes } from '../exit-codes.ts'
import { readSecret } from '../read-secret.ts'
import { type GlobalOptions, printer } from '../session.ts'
import type { BackupSite } from './backup-site.ts'
import { outcomeText } from './backup-words.ts'
import { exitCodeOf, runHere } from './run-here.ts'

export type SecondCopyOptions = GlobalOptions & { init?: boolean; check?: boolean }

/** Copies the repository to where the stack file says, by restic. */
export async function secondCopy(site: BackupSite, options: SecondCopyOptions): Promise<ExitCode> {
  const outcome = await runHere(site, {
    kind: 'second-copy',
    check: options.check ?? false,
    ...(options.init && { init: true }),
  })
  printer(site.session, options).either((paint) => outcomeText(outcome, paint), outcome)
  return exitCodeOf[outcome.outcome]
}

export type SecondCopyKeyOptions = GlobalOptions & { remove?: boolean }

const keys = {
  password: { nameOf: secondCopyPasswordName, called: 'password' },
  access: { nameOf: secondCopyAccessName, called: 'access to its backend' },
} as const

/** More than any provider's. */
const longest = 8_192

/** Keeps what opens the second copy; read from standard input, never from the arguments. */
export async function secondCopyKey(
  site: BackupSite,
  options: SecondCopyKeyOptions,
  which: string,
  store: SecretStore,
): Promise<ExitCode> {
  const key = which === 'password' || which === 'access' ? keys[which] : undefined
  if (!key) {
    throw new CommandProblem(
      `A second copy has no ${which}; expected password or access.`,
      exitCodes.wrongUsage,
    )
  }
  const print = printer(site.session, options)
  const stack = site.stack.name
  const name = key.nameOf(stack)
  if (options.remove) {
    const removed = await store.remove(name)
    const sentence = removed ? `The ${key.called} is removed.` : `There was no ${key.called}.`
    print.either(() => sentence, { stack, removed })
    return exitCodes.fine
  }
  const secret = which === 'password' ? await password(site, stack) : await access(site)
  const kept = await store.keep(name, secret)
  print.either(() => kept, { stack, kept })
  return exitCodes.fine
}

async function password({ session }: BackupSite, stack: string): Promise<string> {
  const secret = await readSecret(session, `Password of the second copy of ${stack}: `)
  if (secret !== '' && secret.length <= longest) return secret
  throw new CommandProblem(
    'What was given is no password: expected one line on standard input.',
    exitCodes.wrongUsage,
  )
}

async function access({ session }: BackupSite): Promise<string> {
  if (session.stdin.isTTY) {
    throw new CommandProblem(
      'Give KEY=VALUE lines on standard input, for example: odin-sentinel second-copy-key access < keys.env',
      exitCodes.wrongUsage,
    )
  }
  const text = (await buffer(session.stdin)).toString('utf8')
  const given = wrongUsageOf(() => accessIn(text))
  if (Object.keys(given).length > 0 && text.length <= longest) return text
  throw new CommandProblem(
    'What was given has no KEY=VALUE line in it, as in AWS_ACCESS_KEY_ID=….',
    exitCodes.wrongUsage,
  )
}

function wrongUsageOf<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new CommandProblem((error as Error).message, exitCodes.wrongUsage)
  }
}
