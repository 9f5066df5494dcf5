import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { basename, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { helperLabel } from '../../electron/adapters/docker/container-from-inspect.ts'
import { helperMountPath } from '../../electron/adapters/docker/hands/engine-hands.ts'
import type { AlsoAsked, EngineStandIn } from './an-engine-stand-in.ts'

// The volumes of a stand-in engine are directories of this machine, and its helpers are read and
// written by this machine's tar. Like an engine, it does not let go of a container before the
// archive that somebody reads or writes is over, also where that somebody is gone.

type Volume = {
  Name: string
  Driver: string
  Options: Record<string, string>
  Labels: Record<string, string>
}
type Helper = {
  label: string
  volume: string
  command: readonly string[]
  exitCode: number
  busy: Promise<unknown>
}

export type VolumesStandIn = {
  readonly volumes: ReadonlyMap<string, Volume>
  directoryOf(volume: string): string
  /** One whose directory is there. */
  add(volume: Pick<Volume, 'Name'> & Partial<Volume>): void
  forget(volume: string): void
  forgetHelper(label: string): void
  /** Labels of those that nobody has removed. */
  helpers(): string[]
}

/** Gives an engine volumes below `root`, one image, and helpers. */
export function withVolumes(engine: EngineStandIn, root: string): VolumesStandIn {
  const volumes = new Map<string, Volume>()
  const helpers = new Map<string, Helper>()
  const directoryOf = (volume: string) => join(root, volume)
  const image = { Id: 'sha256:busybox', RepoTags: ['busybox:1'], Size: 1, Labels: {} }

  const add: VolumesStandIn['add'] = (volume) => {
    volumes.set(volume.Name, { Driver: 'local', Options: {}, Labels: {}, ...volume })
  }
  const insideOf = (helper: Helper, path: string) =>
    join(directoryOf(helper.volume), path.slice(helperMountPath.length))

  engine.alsoAnswers = async (asked) => {
    const { method, path, query, response } = asked
    const [, kind, name = '', deed] = path.split('/')
    if (kind === 'images') {
      send(response, 200, name === 'json' ? [image] : { ...image, Config: { Labels: {} } })
      return true
    }
    if (kind === 'volumes') {
      await answerVolume(asked, name)
      return true
    }
    if (kind !== 'containers') return false
    const filters: { label?: string[] } = JSON.parse(query.get('filters') ?? '{}')
    if (name === 'json' && filters.label?.includes(helperLabel)) {
      send(response, 200, [...helpers].map(inList))
      return true
    }
    if (method === 'POST' && name === 'create') {
      await create(asked)
      return true
    }
    const helper = helpers.get(name)
    if (!helper) return false
    await answerHelper(asked, name, helper, deed)
    return true
  }

  async function answerVolume({ method, request, response }: AlsoAsked, name: string) {
    if (name === '') return send(response, 200, { Volumes: [...volumes.values()] })
    if (method === 'POST') {
      const wanted = JSON.parse(await text(request))
      await mkdir(directoryOf(wanted.Name))
      const { Name, Driver, DriverOpts, Labels } = wanted
      add({ Name, Driver, Options: DriverOpts ?? {}, Labels: Labels ?? {} })
      return send(response, 201, volumes.get(Name))
    }
    const found = volumes.get(name)
    send(response, found ? 200 : 404, found ?? { message: `no such volume: ${name}` })
  }

  async function create({ request, query, response }: AlsoAsked) {
    const { Labels, HostConfig, Entrypoint, Cmd } = JSON.parse(await text(request))
    const label: string = Labels[helperLabel]
    if ([...helpers.values()].some((one) => one.label === label)) {
      return send(response, 409, { message: `The name ${query.get('name')} is in use.` })
    }
    const id = randomBytes(32).toString('hex')
    const volume: string = HostConfig.Mounts[0].Source
    const command = [...Entrypoint, ...Cmd]
    helpers.set(id, { label, volume, command, exitCode: 0, busy: Promise.resolve() })
    send(response, 201, { Id: id, Warnings: [] })
  }

  async function answerHelper(asked: AlsoAsked, id: string, helper: Helper, deed?: string) {
    const { method, response, query } = asked
    if (deed === 'archive') return archive(asked, helper, query.get('path') ?? '')
    if (deed === 'json') {
      return send(response, 200, { Id: id, Config: { Labels: { [helperLabel]: helper.label } } })
    }
    if (deed === 'wait') return send(response, 200, { StatusCode: helper.exitCode })
    if (deed === 'start') {
      const [program = '', ...args] = helper.command
      const inside = args.map((arg) => (arg.startsWith('/') ? insideOf(helper, arg) : arg))
      const [exitCode] = await once(spawn(program, inside, { stdio: 'ignore' }), 'close')
      helper.exitCode = exitCode
      return send(response, 204)
    }
    if (method === 'DELETE') {
      await helper.busy
      helpers.delete(id)
      return send(response, 204)
    }
    send(response, 404, { message: `${method} ${deed}: no such page` })
  }

  async function archive(asked: AlsoAsked, helper: Helper, path: string): Promise<void> {
    const { method, response, request } = asked
    await helper.busy
    if (method === 'PUT') {
      const work = untar(directoryOf(helper.volume), request)
      helper.busy = work.catch(() => {})
      return work.then(
        () => send(response, 200),
        (error: Error) => send(response, 500, { message: error.message }),
      )
    }
    const from = insideOf(helper, path)
    if (!existsSync(from)) return send(response, 404, { message: `no such path: ${path}` })
    const { size, mtime } = await stat(from)
    const said = { name: basename(path), size, mtime: mtime.toISOString(), linkTarget: '' }
    const header = Buffer.from(JSON.stringify(said)).toString('base64')
    response.writeHead(200, { 'X-Docker-Container-Path-Stat': header })
    if (method === 'HEAD') return void response.end()
    const rename = `s,^[.],${basename(path)},S`
    const tar = spawn('tar', ['-C', from, '--format=pax', '--transform', rename, '-cf', '-', '.'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const work = pipeline(tar.stdout, response).catch(() => void tar.kill())
    helper.busy = work
    return work
  }

  return {
    ...{ volumes, directoryOf, add },
    forget: (volume) => void volumes.delete(volume),
    forgetHelper(label) {
      for (const [id, one] of helpers) if (one.label === label) helpers.delete(id)
    },
    helpers: () => [...helpers.values()].map(({ label }) => label).sort(),
  }
}

/** As the engine does: what stands there as something else makes way. */
async function untar(to: string, stream: NodeJS.ReadableStream): Promise<void> {
  const how = ['--strip-components=1', '--recursive-unlink', '--unlink-first', '-p']
  const tar = spawn('tar', ['-C', to, ...how, '-xf', '-'], { stdio: ['pipe', 'ignore', 'pipe'] })
  const said = text(tar.stderr)
  const ended = once(tar, 'close')
  // Where whoever wrote is gone, tar meets the end of half an archive.
  const broken = await pipeline(stream, tar.stdin).then(
    () => undefined,
    (error: Error) => error.message,
  )
  const [code] = await ended
  if (code !== 0 || broken !== undefined) throw new Error(`tar: ${(await said) || broken}`)
}

function send(response: ServerResponse, status: number, body?: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' })
  response.end(body === undefined ? undefined : JSON.stringify(body))
}

const inList = ([id, { label }]: [string, Helper]) => ({
  Id: id,
  Names: [`/odin-sentinel-helper-${label}`],
  Created: 0,
  State: 'created',
  Labels: { [helperLabel]: label },
})
