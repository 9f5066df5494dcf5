import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { maskSecrets } from '../../../shared/text/mask-secrets.ts'

export type UpWanted = {
  context: string
  project: string
  workingDir: string
  files: readonly string[]
  envFiles: readonly string[]
  services: readonly string[]
}

/** The last words are where compose says what went wrong. */
const mostOutput = 4_000

/**
 * `docker compose up -d` for some services of one project, and no others: never with
 * `--remove-orphans`, nor `-y`, so that a volume that does not fit its compose file any more is
 * never made anew (compose v5 asks, and nobody answers: reconcile.go). Resolves when compose has
 * ended well, rejects with its last words, secrets masked. `env` loses what would lead docker
 * elsewhere, and what would make compose remove orphans all the same.
 */
export async function composeUp(
  start: UpWanted,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<void> {
  const { DOCKER_HOST: _host, DOCKER_CONTEXT: _context, ...rest } = env
  const args = ['--context', start.context, ...wordsOf(start)]
  const child = spawn('docker', args, {
    cwd: start.workingDir,
    // Compose takes it from a .env file too (2.27); what is set here goes before that.
    env: { ...rest, COMPOSE_REMOVE_ORPHANS: 'false' },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Compose ends what it has begun; killed in the middle it leaves containers half made.
    signal,
    killSignal: 'SIGINT',
  })
  let output = ''
  const keep = (text: string) => {
    output = (output + text).slice(-mostOutput)
  }
  child.stdout.setEncoding('utf8').on('data', keep)
  child.stderr.setEncoding('utf8').on('data', keep)
  const [code] = await once(child, 'close').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new Error('There is no docker program to call compose with.')
    throw signal.aborted ? new Error('Bringing the services up was cancelled.') : error
  })
  if (code === 0) return
  throw new Error(`docker compose up ended with ${code}: ${lastWords(output)}`)
}

const wordsOf = (start: UpWanted): string[] => [
  ...['compose', '--progress', 'plain'],
  ...['--project-name', start.project, '--project-directory', start.workingDir],
  ...start.files.flatMap((file) => ['-f', file]),
  ...start.envFiles.flatMap((file) => ['--env-file', file]),
  ...['up', '--detach', ...start.services],
]

/**
 * Whether these are the words of a process that `composeUp` began for this start. It outlives
 * whoever began it, and so does the plugin that the docker CLI runs with the same last words.
 */
export function isUpOf(start: UpWanted, words: readonly string[]): boolean {
  const wanted = wordsOf(start)
  return (
    words.length >= wanted.length &&
    wanted.every((word, at) => words.at(at - wanted.length) === word)
  )
}

function lastWords(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '')
  // It may quote its files.
  return (
    maskSecrets(lines.slice(-3).join('\n'), 'stderr').replaceAll('\n', ' ').trim() ||
    'it said nothing.'
  )
}
