import { once } from 'node:events'
import { mkdir, readFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { LabImage } from './images.ts'
import type { Machine, Where } from './machine.ts'
import { run } from './run.ts'
import type { LabParts } from './set-up.ts'

/** One real dockerd. */
export type LabEngine = {
  name: string
  /** Where it listens; `unix://` and this is its endpoint. */
  socket: string
  /** Its `/info` ID; known once it has been started. */
  id(): Promise<string>
  /**
   * Starts it and waits until it answers. Another data root makes it another engine, which has no
   * images where it is `bare`.
   */
  start(options?: { dataRoot?: string; bare?: boolean }): Promise<void>
  isRunning(): boolean
  /** Ends it as its operating system would, containers first, and waits until it is gone. */
  stop(): Promise<void>
  /** What it said last. */
  logTail(): Promise<string>
}

type EngineParts = {
  name: string
  where: Where
  directory: string
  socket: string
  options: readonly string[]
  controlGroup: string
  parts: LabParts
}

export function labEngine(machine: Machine, made: EngineParts): LabEngine {
  const log = join(made.directory, 'dockerd.log')
  const pidFile = join(made.directory, 'dockerd.pid')
  let ended: Promise<unknown> | undefined

  async function start({ dataRoot = 'data', bare = false } = {}): Promise<void> {
    await mkdir(made.directory, { recursive: true })
    const path = [...made.parts.programs, process.env['PATH'], '/usr/sbin:/sbin'].join(':')
    // runc keeps files in TMPDIR, and leaves them when it is killed.
    const env = [`PATH=${path}`, `TMPDIR=${made.directory}`]
    const command = ['env', ...env, 'dockerd', ...made.options]
    const places = {
      '--host': `unix://${made.socket}`,
      '--data-root': join(made.directory, dataRoot),
      '--exec-root': join(made.directory, 'exec'),
      '--pidfile': pidFile,
      '--cgroup-parent': `/${made.controlGroup}`,
    }
    command.push(...Object.entries(places).map(([option, value]) => `${option}=${value}`))
    const child = await machine.start(made.where, command, log)
    const exit = once(child, 'exit')
    ended = exit
    // dockerd tells nobody when it is ready: asking is the only way.
    for (;;) {
      if (child.exitCode !== null)
        throw new Error(`the ${made.name} engine did not start:\n${await logTail()}`)
      if (await answers(made.socket)) break
      await Promise.race([delay(50), exit])
    }
    if (!bare) await importImages(made.socket, made.parts)
  }

  async function stop(): Promise<void> {
    if (!ended) return
    const pid = (await readFile(pidFile, 'utf8')).trim()
    await machine.run(made.where, ['kill', '-TERM', pid])
    await ended
    ended = undefined
  }

  async function logTail(): Promise<string> {
    const content = await readFile(log, 'utf8').catch(() => '')
    const worth = content.split('\n').filter((line) => !/level=(info|debug)/.test(line))
    return `${made.name}: ${worth.slice(-15).join('\n')}`
  }

  return {
    name: made.name,
    socket: made.socket,
    start,
    isRunning: () => ended !== undefined,
    stop,
    logTail,
    async id() {
      return (JSON.parse(await ask(made.socket, '/info')) as { ID: string }).ID
    },
  }
}

const answers = (socket: string): Promise<boolean> =>
  ask(socket, '/_ping').then(
    () => true,
    () => false,
  )

function ask(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path, timeout: 5_000 }, (reply) => {
      let body = ''
      reply.setEncoding('utf8').on('data', (text: string) => {
        body += text
      })
      reply.once('end', () => {
        if (reply.statusCode === 200) resolve(body)
        else reject(new Error(`${path}: ${reply.statusCode} ${body}`))
      })
    })
    asked.once('timeout', () => asked.destroy(new Error(`${path}: no answer in 5 s`)))
    asked.once('error', reject)
    asked.end()
  })
}

/** Two at a time, as many as the usual machine has cores; what is there already stays. */
async function importImages(socket: string, parts: LabParts): Promise<void> {
  const listed = JSON.parse(await ask(socket, '/images/json')) as { RepoTags: string[] | null }[]
  const present = new Set(listed.flatMap((image) => image.RepoTags ?? []))
  const wanted = parts.images.filter((image) => !present.has(image.name))
  const env = { ...process.env, PATH: [...parts.programs, process.env['PATH']].join(':') }
  const importOne = ({ changes, file, name }: LabImage) => {
    const told = changes.flatMap((change) => ['--change', change])
    return run('docker', ['-H', `unix://${socket}`, 'import', ...told, file, name], { env })
  }
  const lane = async (): Promise<void> => {
    for (let image = wanted.shift(); image; image = wanted.shift()) await importOne(image)
  }
  await Promise.all([lane(), lane()])
}
