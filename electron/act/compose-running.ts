import { basename } from 'node:path'

/** One process, as a process list shows it. */
type SeenProcess = { command: string; params: string }

/**
 * Whether somebody is in the middle of `docker compose …` or `docker-compose …` on this
 * machine. Looks once; asked only right before the context is changed by itself.
 */
export async function composeIsRunning(): Promise<boolean> {
  // Loaded on demand: it is large, and an app that never switches by itself never needs it.
  const { processes } = await import('systeminformation')
  const { list } = await processes()
  return list.some(isCompose)
}

/**
 * The CLI runs `docker compose up` as itself and, below it, as the plugin
 * `…/cli-plugins/docker-compose compose up`. Python's docker-compose v1 is `python3
 * /usr/bin/docker-compose up`. systeminformation 5.33 guesses where the command ends and
 * the parameters begin ("docker compose up" with "-d"), so both are read as one line.
 */
export function isCompose({ command, params }: SeenProcess): boolean {
  const [program = '', ...words] = `${command} ${params}`.split(/\s+/).filter((word) => word !== '')
  const name = basename(program)
  // The CLI asks its plugins who they are before nearly every command.
  if (name === 'docker-compose') return words[0] !== 'docker-cli-plugin-metadata'
  if (name === 'docker') return subcommandOf(words) === 'compose'
  return name.startsWith('python') && basename(words[0] ?? '') === 'docker-compose'
}

/** docker's global options that take a value as the next word (docker/cli 28). */
const withValue = new Set(['-c', '--context', '-H', '--host', '--config', '-l', '--log-level'])
const moreWithValue = new Set(['--tlscacert', '--tlscert', '--tlskey'])

function subcommandOf(words: readonly string[]): string | undefined {
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? ''
    if (withValue.has(word) || moreWithValue.has(word)) index += 1
    else if (!word.startsWith('-')) return word
  }
  return undefined
}
