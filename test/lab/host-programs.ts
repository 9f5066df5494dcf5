import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { LabParts } from './set-up.ts'

/** One of the lab's real programs, run straight on this machine, on loopback alone. */
export type HostProgram = { pid: number; address: string; url: string; stop(): Promise<void> }

/** Reads `prometheus.yml` in the directory, and keeps its samples there. */
export const startPrometheus = (parts: LabParts, directory: string, more: readonly string[] = []) =>
  startProgram(
    parts,
    'prometheus',
    (address) => [
      `--config.file=${directory}/prometheus.yml`,
      `--storage.tsdb.path=${directory}/data`,
      `--web.listen-address=${address}`,
      ...more,
    ],
    '/-/ready',
  )

/** Reads `alertmanager.yml` in the directory, and keeps its silences there. It is alone. */
export const startAlertmanager = (parts: LabParts, directory: string) =>
  startProgram(
    parts,
    'prometheus-alertmanager',
    (address) => [
      `--config.file=${directory}/alertmanager.yml`,
      `--storage.path=${directory}/alertmanager`,
      `--web.listen-address=${address}`,
      '--cluster.listen-address=',
    ],
    '/-/ready',
  )

export async function startProgram(
  parts: LabParts,
  program: string,
  argsFor: (address: string) => readonly string[],
  readyPath = '/metrics',
): Promise<HostProgram> {
  const address = `127.0.0.1:${await freePort()}`
  const file = await firstThatExists(parts.programs.map((place) => join(place, program)))
  // Debian's Alertmanager looks for its templates in /usr/share and nowhere else.
  const share = join(dirname(dirname(file)), 'share')
  const inTree = ['--mount', 'sh', '-c', 'mount --bind "$0" /usr/share && exec "$@"', share, file]
  const url = `http://${address}`
  const child = spawn('unshare', [...inTree, ...argsFor(address)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr?.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-4000)
  })
  const ended = once(child, 'close')
  await ready(child, `${url}${readyPath}`, () => said)
  return {
    pid: child.pid ?? 0,
    address,
    url,
    async stop() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** A program tells nobody when it is ready: asking is the only way. */
async function ready(child: ChildProcess, url: string, said: () => string): Promise<void> {
  for (;;) {
    if (child.exitCode !== null)
      throw new Error(`${child.spawnargs.join(' ')} did not start:\n${said()}`)
    const answer = await fetch(url).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer?.ok) return
    await delay(50)
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port is free')
  return address.port
}

async function firstThatExists(files: readonly string[]): Promise<string> {
  for (const file of files) {
    const isThere = await access(file).then(
      () => true,
      () => false,
    )
    if (isThere) return file
  }
  throw new Error(`the lab has none of ${files.join(', ')}`)
}
