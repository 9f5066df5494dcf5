import { grafanaTokenName, type SecretStore } from '../adapters/secrets/secret-store.ts'
import { CommandProblem, type ExitCode, exitCodes } from './exit-codes.ts'
import { readSecret } from './read-secret.ts'
import { type GlobalOptions, printer, type Session, theStack, withSentinel } from './session.ts'

export type TokenOptions = GlobalOptions & { remove?: boolean }

/** More than any token there is. */
const longest = 8_192

/** Keeps a token for one program of the stack; read from stdin, never from the arguments. */
export function token(
  session: Session,
  options: TokenOptions,
  program: string,
  store: SecretStore,
): Promise<ExitCode> {
  if (program !== 'grafana') {
    throw new CommandProblem(
      `Odin Sentinel needs no token for ${program}; expected grafana.`,
      exitCodes.wrongUsage,
    )
  }
  return withSentinel(session, options, async (sentinel) => {
    const print = printer(session, options)
    const { stack } = theStack(sentinel)
    const name = grafanaTokenName(stack)
    if (options.remove) {
      const removed = await store.remove(name)
      const sentence = removed ? 'The token is removed.' : 'There was no token.'
      print.either(() => sentence, { stack, removed })
      return exitCodes.fine
    }
    const secret = (await readSecret(session, `Token of Grafana for ${stack}: `)).trim()
    if (secret === '' || secret.length > longest || /\s/.test(secret)) {
      throw new CommandProblem(
        'What was given is no token: expected one word on standard input.',
        exitCodes.wrongUsage,
      )
    }
    const sentence = await store.keep(name, secret)
    print.either(() => sentence, { stack, kept: sentence })
    return exitCodes.fine
  })
}
