import { basename } from 'node:path'

/** One process, as a process list shows it. */
export type SeenProcess = { command: string; params: string }

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
 * The CLI runs `docker compose up` as `docker compose up` and, below it, the plugin
 * `…/cli-plugins/docker-compose compose up`. Python's docker-compose v1 is `python3
 * /usr/bin/docker-compose up`.
 */
export function isCompose({ command, params }: SeenProcess): boolean {
  const program = basename(command)
  const words = params.split(/\s+/).filter((word) => word !== '')
  if (program === 'docker-compose') return words[0] !== 'docker-cli-plugin-metadata'
  if (program === 'docker') return subcommandOf(words) === 'compose'
  return program.startsWith('python') && basename(words[0] ?? '') === 'docker-compose'
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
