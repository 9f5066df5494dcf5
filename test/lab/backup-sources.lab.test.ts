import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmod,
  chown,
  link,
  lstat,
  lutimes,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectHands } from '../../electron/adapters/docker/hands/connect-hands.ts'
import {
  type ContainerUpClose,
  type EngineHands,
  helperMountPath,
} from '../../electron/adapters/docker/hands/engine-hands.ts'
import {
  type EngineNoted,
  pendingCleanups,
} from '../../electron/backup/sources/engine/pending-cleanups.ts'
import { settlePending } from '../../electron/backup/sources/engine/settle-pending.ts'
import { volumeSource } from '../../electron/backup/sources/engine/volume.ts'
import type { SourceItem } from '../../electron/backup/sources/source.ts'
import { type Lab, startLab } from './engines.ts'
import type { ReadLine, ReadOrder } from './read-source.ts'
import { run } from './run.ts'

// Sources of snapshots on a real engine, the one that shows itself as Docker Desktop: real volumes,
// and a real Prometheus with a real block and a head.

const project = 'keep'
const compose = `
name: ${project}
x-every: &every
  pull_policy: never
  restart: unless-stopped
services:
  prometheus:
    <<: *every
    image: prom/prometheus:v2.53.3
    command:
      - --config.file=/etc/prometheus.yml
      - --storage.tsdb.path=/prometheus
      - --web.enable-admin-api
    ports: ['9090:9090']
    volumes: ['./prometheus.yml:/etc/prometheus.yml:ro', 'prometheus:/prometheus']
  closed:
    <<: *every
    image: prom/prometheus:v2.53.3
    command: [--config.file=/etc/prometheus.yml, --storage.tsdb.path=/prometheus/data]
    ports: ['9091:9090']
    volumes: ['./prometheus.yml:/etc/prometheus.yml:ro', 'closed:/prometheus']
  bound:
    <<: *every
    image: prom/prometheus:v2.53.3
    command:
      - --config.file=/etc/prometheus.yml
      - --storage.tsdb.path=/data/tsdb
      - --web.enable-admin-api
    ports: ['9092:9090']
    volumes: ['./prometheus.yml:/etc/prometheus.yml:ro', './bound:/data']
  inside:
    <<: *every
    image: prom/prometheus:v2.53.3
    command:
      - --config.file=/etc/prometheus.yml
      - --storage.tsdb.path=/tsdb
      - --web.enable-admin-api
    ports: ['9093:9090']
    volumes: ['./prometheus.yml:/etc/prometheus.yml:ro']
  writer:
    <<: *every
    image: busybox:1.37
    command: [sh, -c, 'trap "exit 0" TERM; while true; do sleep 0.1; done']
    volumes: ['writer:/data']
  reader:
    <<: *every
    image: busybox:1.37
    command: [sh, -c, 'trap "exit 0" TERM; while true; do sleep 0.1; done']
    volumes: ['writer:/data:ro']
volumes: { prometheus: {}, closed: {}, writer: {} }
`
const scrape = `
global: { scrape_interval: 1s }
scrape_configs: [{ job_name: self, static_configs: [{ targets: ['127.0.0.1:9090'] }] }]
`
const forever = new AbortController().signal

let lab: Lab
let hands: EngineHands
let engine: EngineNoted
let state: string

beforeAll(async () => {
  lab = await startLab()
  const directory = join(lab.stackDirectory, project)
  await mkdir(directory)
  await writeFile(join(directory, 'compose.yml'), compose)
  await writeFile(join(directory, 'prometheus.yml'), scrape)
  const { socket } = lab.desktop
  const endpoint = `unix://${socket}`
  hands = connectHands({ kind: 'unix', endpoint, path: socket })
  engine = { id: await lab.desktop.id(), context: 'desktop-linux', endpoint }
  state = await mkdtemp(join(lab.directory, 'state-'))
  await docker('compose', '-f', join(directory, 'compose.yml'), 'up', '-d')
})
afterAll(async () => {
  hands?.close()
  await lab?.close()
})

const docker = (...args: string[]) => lab.docker(['--context', 'desktop-linux', ...args])

async function get(url: string): Promise<string> {
  const wget = ['busybox', 'wget', '-q', '-T', '20', '-O', '-']
  return (await lab.machine.run('host', [...wget, url], { env: lab.env })).stdout
}

const post = async (url: string): Promise<string> => {
  const wget = ['busybox', 'wget', '-q', '--post-data=', '-O', '-', url]
  return (await lab.machine.run('host', wget, { env: lab.env })).stdout
}

/** How many there are, as the program itself counts; asked until there are some. */
async function samples(port: number, moreThan = 2): Promise<number> {
  const query = `http://127.0.0.1:${port}/api/v1/query?query=count_over_time(up%5B1d%5D)`
  for (;;) {
    const said = await get(query).catch(() => '')
    const value = /"value":\[[^,]+,"(\d+)"\]/.exec(said)?.[1]
    if (value !== undefined && Number(value) > moreThan) return Number(value)
  }
}

async function of(service: string): Promise<ContainerUpClose> {
  const [found] = await hands.containersOf(project, service)
  if (!found) throw new Error(`${service} has no container`)
  return found
}

type Read = {
  items: Extract<ReadLine, { type: 'item' }>[]
  opened: Extract<ReadLine, { type: 'opened' }>
  closed?: Extract<ReadLine, { type: 'closed' }>
  into: string
}

type Wanted = { volume: string } | { project: string; service: string; url?: string }

async function read(
  wanted: Wanted & { mayStop?: string[]; isToDie?: boolean },
  onOpened: () => unknown = () => undefined,
): Promise<Read> {
  const into = await mkdtemp(join(lab.directory, 'read-'))
  const { socket } = lab.desktop
  const order: ReadOrder = { mayStop: [], ...wanted, socket, engine, stateDirectory: state, into }
  const file = `${into}.json`
  await writeFile(file, JSON.stringify(order))
  const script = join(import.meta.dirname, 'read-source.ts')
  const [program, ...args] = lab.machine.inside('terminal', [process.execPath, script, file])
  const child = spawn(program, args, { env: { ...lab.env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let complaint = ''
  child.stderr.on('data', (chunk) => {
    complaint += chunk
  })
  const items: Read['items'] = []
  let opened: Read['opened'] | undefined
  let closed: Read['closed']
  for await (const text of createInterface({ input: child.stdout })) {
    const line = JSON.parse(text) as ReadLine
    if (line.type === 'item') items.push(line)
    else if (line.type === 'closed') closed = line
    else {
      opened = line
      await onOpened()
      if (order.isToDie) await lab.machine.signal(child, 'SIGKILL')
    }
  }
  if (!opened || (!closed && !order.isToDie)) throw new Error(`it was not read: ${complaint}`)
  return { items, opened, into, ...(closed && { closed }) }
}

const settle = () =>
  settlePending(
    pendingCleanups(state),
    async () => connectHands({ kind: 'unix', endpoint: engine.endpoint, path: lab.desktop.socket }),
    forever,
  )
const pendingFiles = () => readdir(join(state, 'backup/pending')).catch(() => [])

describe('a volume', () => {
  let tree: string

  beforeAll(async () => {
    tree = join(lab.directory, 'tree')
    await mkdir(join(tree, 'sub/deep'), { recursive: true })
    await writeFile(join(tree, 'plain'), 'plain\n')
    await writeFile(join(tree, 'a name\twith\nodd signs – ü'), 'odd\n')
    await writeFile(join(tree, 'sub/large'), Buffer.alloc(3_000_001, 'large'))
    await writeFile(join(tree, 'sub/deep/empty'), '')
    await writeFile(join(tree, 'setuid'), '#!/bin/sh\n')
    await link(join(tree, 'plain'), join(tree, 'sub/hard'))
    await symlink('../plain', join(tree, 'sub/soft'))
    await symlink('/nowhere/at/all', join(tree, 'dangling'))
    await run('mkfifo', [join(tree, 'pipe')])
    for (const [path, uid, gid, mode] of [
      ['plain', 65_534, 65_534, 0o640],
      ['setuid', 0, 4_000_000, 0o4755],
      ['sub/large', 472, 0, 0o400],
      ['sub/deep', 1000, 1000, 0o1777],
      ['sub', 70, 70, 0o2700],
      ['.', 999, 999, 0o700],
    ] as const) {
      await chown(join(tree, path), uid, gid)
      await chmod(join(tree, path), mode)
    }
    await lutimes(join(tree, 'plain'), 1_000_000_000, 1_000_000_000)
    await hands.createVolume({ name: 'odd', driver: 'local', options: {}, labels: { keep: 'me' } })
    await fill('odd', tree)
  })

  async function fill(volume: string, from: string): Promise<void> {
    const mount = { type: 'volume' as const, source: volume, readOnly: false }
    const helper = await hands.createHelper({ id: `fill-${volume}`, mount })
    // The engine leaves the directory that it unpacks into as it is, so that one is in the archive.
    const rename = `s,^[.],${helperMountPath.slice(1)},S`
    const tar = spawn('tar', [
      '-C',
      from,
      '--numeric-owner',
      '--transform',
      rename,
      '-cf',
      '-',
      '.',
    ])
    await hands.writeArchive(helper, '/', tar.stdout, forever)
    await hands.removeHelper(helper)
  }

  test('comes byte for byte, with modes, owners and links, and its root as well', async () => {
    const { items, opened, closed, into } = await read({ volume: 'odd' })
    expect(opened.consistency).toBe('stopped')
    expect(closed?.facts).toMatchObject({
      volume: 'odd',
      driver: 'local',
      labels: '{"keep":"me"}',
      skipped: 'pipe',
    })
    expect(closed?.gaps).toEqual([])
    const paths = [
      ...['.', 'a name\twith\nodd signs – ü', 'dangling', 'plain', 'setuid', 'sub'],
      ...['sub/deep', 'sub/deep/empty', 'sub/hard', 'sub/large', 'sub/soft'],
    ]
    expect(items.map(({ item }) => item.path).toSorted()).toEqual(paths)
    for (const { item } of items) {
      const stats = await lstat(join(tree, item.path))
      const { path, mode, uid, gid, mtimeSeconds } = item
      expect({ path, mode, uid, gid, mtimeSeconds }).toEqual({
        path,
        mode: item.type === 'symlink' ? 0o777 : stats.mode & 0o7777,
        uid: stats.uid,
        gid: stats.gid,
        mtimeSeconds: Math.floor(stats.mtimeMs / 1000),
      })
      if (item.type === 'symlink') expect(item.linkTo).toBe(await readlink(join(tree, path)))
      if (item.type !== 'file') continue
      expect(item.sizeBytes, path).toBe(stats.size)
      expect((await readFile(join(into, path))).equals(await readFile(join(tree, path)))).toBe(true)
    }
    expect(await hands.helpers()).toEqual([])
    expect(await pendingFiles()).toEqual([])
  })

  test('is refused where it is not there, and not made', async () => {
    await expect(read({ volume: 'never-was' })).rejects.toThrow(/Volume never-was is missing/)
    const mount = { type: 'volume' as const, source: 'never-was', readOnly: true }
    await expect(hands.createHelper({ id: 'x', mount })).rejects.toThrow(/has no volume never-was/)
    expect(await hands.volume('never-was')).toBeUndefined()
  })

  test('leaves no volumes behind that an image asks for', async () => {
    const tar = join(lab.directory, 'image.tar')
    await run('tar', ['-C', tree, '-cf', tar, 'plain'])
    await docker('import', '--change', 'VOLUME ["/one", "/two/deep"]', tar, 'greedy:1')
    const before = (await hands.volumes()).map(({ name }) => name)
    const mount = { type: 'volume' as const, source: 'odd', readOnly: true }
    const helper = await hands.createHelper({ id: 'greedy', mount, image: 'greedy:1' })
    const stream = await hands.readArchive(helper, helperMountPath, forever)
    expect(await stream.toArray()).not.toEqual([])
    await hands.removeHelper(helper)
    expect((await hands.volumes()).map(({ name }) => name)).toEqual(before)
    await docker('image', 'rm', 'greedy:1')
  })

  describe('that is in use, and whose users may not be stopped', () => {
    const name = `${project}_writer`
    const inVolume = (script: string) =>
      hands.exec(`${project}-writer-1`, ['busybox', 'sh', '-c', script])
    const source = () =>
      volumeSource({ hands, engine, pending: pendingCleanups(state), mayStop: [], volume: name })

    /** Reads it here, and lets a test in between. */
    async function readHere(onRead: (item: SourceItem) => unknown) {
      const opened = await source().open(forever)
      const seen: { path: string; text: string; again?: true }[] = []
      try {
        for await (const { open, onRead: told, ...item } of opened.items) {
          if (!open) continue
          const chunks: Buffer[] = []
          try {
            for await (const chunk of await open()) {
              if (chunks.length === 0 && item.path === 'large') await onRead(item)
              chunks.push(chunk as Buffer)
            }
          } catch {
            continue
          }
          const content = Buffer.concat(chunks)
          told?.(createHash('sha256').update(content).digest('hex'))
          const { path, again } = item
          seen.push({ path, text: content.toString().slice(0, 20), ...(again && { again }) })
          if (path === 'now') await onRead(item)
        }
      } finally {
        await opened.close()
      }
      return { opened, seen }
    }

    test('is read live, and what changed meanwhile comes again', async () => {
      const writer = await of('writer')
      await inVolume('echo one > /data/now; echo still > /data/still')
      const { opened, seen } = await readHere(({ again }) =>
        again ? undefined : inVolume('echo two > /data/now'),
      )
      expect(opened.consistency).toBe('live')
      expect(opened.facts['live']).toBe(`${project}/reader may not be stopped for it.`)
      expect(seen).toEqual([
        { path: 'now', text: 'one\n' },
        { path: 'still', text: 'still\n' },
        { path: 'now', text: 'two\n', again: true },
      ])
      expect(opened.gaps()).toEqual([])
      expect((await of('writer')).startedStamp).toBe(writer.startedStamp)
    })

    test('has a gap where a file changes each time', async () => {
      const { opened } = await readHere(() =>
        inVolume('cat /data/now /data/still > /data/new; busybox mv /data/new /data/now'),
      )
      expect(opened.gaps()).toEqual([
        `In volume ${name}: now changed each time it was read; it may be half old.`,
      ])
    })

    test('comes whole also when a file grows shorter, where the engine cuts the archive off', async () => {
      await inVolume('echo one > /data/now; dd if=/dev/zero of=/data/large bs=1M count=30 2>&1')
      const { seen } = await readHere(({ path, again }) =>
        path === 'large' && !again ? inVolume('echo short > /data/large') : undefined,
      )
      expect(seen.toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
        { path: 'large', text: 'short\n', again: true },
        { path: 'now', text: 'one\n' },
        { path: 'still', text: 'still\n' },
      ])
      await inVolume('rm /data/large /data/still')
    })
  })

  test('has its users stopped with consent alone, and only those who ran', async () => {
    await docker('stop', '-t', '1', `${project}-reader-1`)
    const [writer, reader] = [await of('writer'), await of('reader')]
    let meanwhile: string | undefined
    const { opened, closed, items } = await read(
      { volume: `${project}_writer`, mayStop: ['writer', `${project}/reader`] },
      async () => {
        meanwhile = (await of('writer')).state
      },
    )
    expect(opened.consistency).toBe('stopped')
    expect(meanwhile).toBe('exited')
    expect(items.filter(({ item }) => item.path === 'now')).toHaveLength(1)
    expect(closed?.gaps).toEqual([])
    const after = await of('writer')
    expect(after.state).toBe('running')
    expect(after.startedStamp).not.toBe(writer.startedStamp)
    expect((await of('reader')).finishedStamp).toBe(reader.finishedStamp)
    expect(await pendingFiles()).toEqual([])
    await docker('start', `${project}-reader-1`)
  })

  test('gets its users back after a death, unless somebody has stopped them since', async () => {
    const mayStop = ['writer', 'reader']
    await read({ volume: `${project}_writer`, mayStop, isToDie: true })
    expect((await of('writer')).state).toBe('exited')
    expect(await hands.helpers()).toHaveLength(1)
    // A person starts one of them and stops it again: that is their will.
    await docker('start', `${project}-reader-1`)
    await docker('stop', '-t', '1', `${project}-reader-1`)
    const settled = await settle()
    expect(settled.map(({ sentence }) => sentence).toSorted()).toEqual([
      'A helper container was removed.',
      `${project}/reader was left as it is: somebody has started and stopped it since.`,
      `${project}/writer was started again.`,
    ])
    expect((await of('writer')).state).toBe('running')
    expect((await of('reader')).state).toBe('exited')
    expect(await hands.helpers()).toEqual([])
    expect(await pendingFiles()).toEqual([])
    expect(await settle()).toEqual([])
    await docker('start', `${project}-reader-1`)
  })

  test('gets its users back also in a container that Compose has made anew', async () => {
    await read({ volume: `${project}_writer`, mayStop: ['writer', 'reader'], isToDie: true })
    const file = join(lab.stackDirectory, project, 'compose.yml')
    const before = await of('writer')
    await docker('compose', '-f', file, 'create', '--force-recreate', 'writer')
    const settled = await settle()
    expect(settled.map(({ sentence }) => sentence)).toContain(
      `${project}/writer was started again.`,
    )
    expect(await of('writer')).toMatchObject({ state: 'running' })
    expect((await of('writer')).id).not.toBe(before.id)
  })
})

describe('Prometheus', () => {
  const url = 'http://127.0.0.1:9090'
  const order = { project, service: 'prometheus', url }
  const inData = (...command: string[]) => docker('exec', `${project}-prometheus-1`, ...command)
  const snapshots = async () => {
    const script = 'ls /prometheus/snapshots 2>/dev/null || true'
    return (await inData('sh', '-c', script)).stdout.split('\n').filter(Boolean)
  }

  beforeAll(async () => {
    const before = await samples(9090)
    // The head becomes a block of a snapshot, which is put among the data: a real block.
    await post(`${url}/api/v1/admin/tsdb/snapshot`)
    const script =
      'busybox mv /prometheus/snapshots/*/0* /prometheus/ && rm -rf /prometheus/snapshots'
    await inData('sh', '-c', script)
    await docker('restart', `${project}-prometheus-1`)
    await samples(9090, before + 1)
  })

  test('makes a snapshot, which is read as it is and deleted', async () => {
    let during: string[] = []
    const { items, opened, closed } = await read(order, async () => {
      during = await snapshots()
    })
    expect(opened.consistency).toBe('snapshot')
    expect(during).toEqual([opened.facts['snapshot']])
    expect(await snapshots()).toEqual([])
    expect(closed?.gaps).toEqual([])
    expect(closed?.facts).toMatchObject({
      volume: `${project}_prometheus`,
      dataPath: '/prometheus',
      image: 'prom/prometheus:v2.53.3',
      // The one that was there, and what the head was made into.
      blocks: '2',
    })
    expect(Date.parse(closed?.facts['maxTime'] ?? '')).toBeGreaterThan(Date.now() - 600_000)
    const [root] = items
    const seen = await inData('busybox', 'stat', '-c', '%a %u %g', '/prometheus')
    const { mode = 0, uid, gid } = root?.item ?? {}
    expect(`${mode.toString(8)} ${uid} ${gid}`).toBe(seen.stdout.trim())
    const blocks = new Set(items.map(({ item }) => item.path.split('/')[0]))
    expect(blocks.size).toBe(3)
    expect(items.some(({ item }) => item.path.endsWith('/index'))).toBe(true)
    expect(await pendingFiles()).toEqual([])
    expect(await hands.helpers()).toEqual([])
  })

  test('is rid of its snapshot after a death', async () => {
    await read({ ...order, isToDie: true })
    expect(await snapshots()).toHaveLength(1)
    const settled = await settle()
    expect(settled.map(({ sentence }) => sentence.replace(/\d{8}T\S+/, '*')).toSorted()).toEqual([
      'A helper container was removed.',
      `TSDB snapshot * of ${project}/prometheus was deleted.`,
    ])
    expect(await snapshots()).toEqual([])
    expect(await pendingFiles()).toEqual([])
  })

  test('is rid of a snapshot whose name was never heard, and of no other', async () => {
    await read({ ...order, isToDie: true })
    const [ours = ''] = await snapshots()
    await inData('mkdir', '/prometheus/snapshots/20200101T000000Z-1234').catch(() =>
      inData('busybox', 'mkdir', '/prometheus/snapshots/20200101T000000Z-1234'),
    )
    // As if it had died while Prometheus was being asked.
    const directory = join(state, 'backup/pending')
    for (const name of await readdir(directory)) {
      const text = await readFile(join(directory, name), 'utf8')
      await writeFile(join(directory, name), text.replace(`,"name":"${ours}"`, ''))
    }
    const settled = await settle()
    expect(settled.map(({ sentence }) => sentence)).toContain(
      `TSDB snapshot ${ours} of ${project}/prometheus was deleted.`,
    )
    expect(await snapshots()).toEqual(['20200101T000000Z-1234'])
    await inData('rm', '-rf', '/prometheus/snapshots/20200101T000000Z-1234')
  })

  test('is rid of its snapshot by another image while it does not run', async () => {
    await read({ ...order, isToDie: true })
    await docker('stop', `${project}-prometheus-1`)
    const settled = await settle()
    expect(settled.every(({ isDone }) => isDone)).toBe(true)
    await docker('start', `${project}-prometheus-1`)
    expect(await snapshots()).toEqual([])
  })

  test.each([
    ['bound', 9092, '/data/tsdb'],
    ['inside', 9093, '/tsdb'],
  ])('is read as well where its data is no volume: %s', async (service, port, dataPath) => {
    await samples(port)
    const { opened, closed, items } = await read({
      ...{ project, service, url: `http://127.0.0.1:${port}` },
    })
    expect(opened).toMatchObject({ consistency: 'snapshot', facts: { dataPath } })
    expect(closed?.facts['bind']).toBe(
      service === 'bound' ? join(lab.stackDirectory, project, 'bound') : undefined,
    )
    expect(closed).toMatchObject({ gaps: [], facts: { blocks: '1' } })
    expect(items.some(({ item }) => item.path.endsWith('/chunks/000001'))).toBe(true)
    const left = await docker('exec', `${project}-${service}-1`, 'ls', `${dataPath}/snapshots`)
    expect(left.stdout).toBe('')
  })

  test('without its admin API gives finished blocks alone, and says what to do', async () => {
    await samples(9091)
    const service = 'closed'
    const { opened, closed, items } = await read({ project, service, url: 'http://127.0.0.1:9091' })
    expect(opened.consistency).toBe('live')
    expect(closed?.gaps).toEqual([
      `The newest samples of ${project}/closed, about two hours, are missing: no snapshot can be taken (admin APIs disabled), and ${project}/closed may not be stopped for it. Add --web.enable-admin-api to its command, or ${project}/closed to backup.mayStop in the stack file.`,
    ])
    expect(items.map(({ item }) => item.path)).toEqual(['.'])
  })

  test('without its admin API is stopped with consent, and knows the same afterwards', async () => {
    const before = await samples(9091)
    const { opened, closed, items } = await read({
      ...{ project, service: 'closed', url: 'http://127.0.0.1:9091', mayStop: ['closed'] },
    })
    expect(opened.consistency).toBe('stopped')
    expect(closed?.gaps).toEqual([])
    const tops = new Set(items.map(({ item }) => item.path.split('/')[0]))
    expect([...tops].toSorted()).toEqual(['.', 'chunks_head', 'wal'])
    expect((await of('closed')).state).toBe('running')
    expect(await samples(9091)).toBeGreaterThanOrEqual(before)
  })
})

test('an engine that goes in the middle is told, and what was stopped runs again later', async () => {
  const order = { volume: `${project}_writer`, mayStop: ['writer', 'reader'] }
  await expect(read(order, () => lab.desktop.stop())).rejects.toThrow(
    /could not be started again.*It is tried again with the next run/,
  )
  expect(await pendingFiles()).toHaveLength(3)
  await lab.desktop.start()
  expect((await of('writer')).state).toBe('exited')
  const settled = await settle()
  expect(settled.every(({ isDone }) => isDone)).toBe(true)
  expect([(await of('writer')).state, (await of('reader')).state]).toEqual(['running', 'running'])
})

test('the lab is as it was: no helper, nothing to put back', async () => {
  expect(await hands.helpers()).toEqual([])
  expect(await pendingFiles()).toEqual([])
  const names = (await hands.volumes()).map(({ name }) => name)
  expect(names).toEqual([`${project}_closed`, `${project}_prometheus`, `${project}_writer`, 'odd'])
})
