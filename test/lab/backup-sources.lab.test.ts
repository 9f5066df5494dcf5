import { spawn } from 'node:child_process'
import { lstat, readdir, readFile, readlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { helperMountPath } from '../../electron/adapters/docker/hands/engine-hands.ts'
import { pendingCleanups } from '../../electron/backup/sources/engine/pending-cleanups.ts'
import { volumeSource } from '../../electron/backup/sources/engine/volume.ts'
import type { SourceItem } from '../../electron/backup/sources/source.ts'
import { type KeptStack, project, readInSteps, startKeptStack } from './kept-stack.ts'
import { makeOddTree } from './odd-tree.ts'
import { run } from './run.ts'

// Sources of snapshots on a real engine, the one that shows itself as Docker Desktop: real volumes,
// and a real Prometheus with a real block and a head.

const forever = new AbortController().signal
let kept: KeptStack

beforeAll(async () => {
  kept = await startKeptStack()
})
afterAll(() => kept?.close())

describe('a volume', () => {
  let tree: string

  beforeAll(async () => {
    tree = join(kept.lab.directory, 'tree')
    await makeOddTree(tree)
    await kept.hands.createVolume({
      name: 'odd',
      driver: 'local',
      options: {},
      labels: { keep: 'me' },
    })
    await fill('odd', tree)
  })

  async function fill(volume: string, from: string): Promise<void> {
    const mount = { type: 'volume' as const, source: volume, readOnly: false }
    const helper = await kept.hands.createHelper({ id: `fill-${volume}`, mount })
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
    await kept.hands.writeArchive(helper, '/', tar.stdout, forever)
    await kept.hands.removeHelper(helper)
  }

  test('comes byte for byte, with modes, owners and links, and its root as well', async () => {
    const { items, opened, closed, into } = await kept.read({ volume: 'odd' })
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
    expect(await kept.hands.helpers()).toEqual([])
    expect(await kept.pendingFiles()).toEqual([])
  })

  test('is refused where it is not there, and not made', async () => {
    await expect(kept.read({ volume: 'never-was' })).rejects.toThrow(/Volume never-was is missing/)
    const mount = { type: 'volume' as const, source: 'never-was', readOnly: true }
    await expect(kept.hands.createHelper({ id: 'x', mount })).rejects.toThrow(
      /has no volume never-was/,
    )
    expect(await kept.hands.volume('never-was')).toBeUndefined()
  })

  test('leaves no volumes behind that an image asks for', async () => {
    const tar = join(kept.lab.directory, 'image.tar')
    await run('tar', ['-C', tree, '-cf', tar, 'plain'])
    await kept.docker('import', '--change', 'VOLUME ["/one", "/two/deep"]', tar, 'greedy:1')
    const before = (await kept.hands.volumes()).map(({ name }) => name)
    const mount = { type: 'volume' as const, source: 'odd', readOnly: true }
    const helper = await kept.hands.createHelper({ id: 'greedy', mount, image: 'greedy:1' })
    const stream = await kept.hands.readArchive(helper, helperMountPath, forever)
    expect(await stream.toArray()).not.toEqual([])
    await kept.hands.removeHelper(helper)
    expect((await kept.hands.volumes()).map(({ name }) => name)).toEqual(before)
    await kept.docker('image', 'rm', 'greedy:1')
  })

  describe('that is in use, and whose users may not be stopped', () => {
    const name = `${project}_writer`
    const inVolume = (script: string) =>
      kept.hands.exec(`${project}-writer-1`, ['busybox', 'sh', '-c', script])
    const source = () =>
      volumeSource({
        ...{ hands: kept.hands, engine: kept.engine, mayStop: [], volume: name },
        pending: pendingCleanups(kept.state),
      })

    const readHere = async (onRead: (item: SourceItem) => unknown) =>
      readInSteps(await source().open(forever), onRead)

    test('is read live, and what changed meanwhile comes again', async () => {
      const writer = await kept.of('writer')
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
      expect((await kept.of('writer')).startedStamp).toBe(writer.startedStamp)
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
    await kept.docker('stop', '-t', '1', `${project}-reader-1`)
    const [writer, reader] = [await kept.of('writer'), await kept.of('reader')]
    let meanwhile: string | undefined
    const { opened, closed, items } = await kept.read(
      { volume: `${project}_writer`, mayStop: ['writer', `${project}/reader`] },
      async () => {
        meanwhile = (await kept.of('writer')).state
      },
    )
    expect(opened.consistency).toBe('stopped')
    expect(meanwhile).toBe('exited')
    expect(items.filter(({ item }) => item.path === 'now')).toHaveLength(1)
    expect(closed?.gaps).toEqual([])
    const after = await kept.of('writer')
    expect(after.state).toBe('running')
    expect(after.startedStamp).not.toBe(writer.startedStamp)
    expect((await kept.of('reader')).finishedStamp).toBe(reader.finishedStamp)
    expect(await kept.pendingFiles()).toEqual([])
    await kept.docker('start', `${project}-reader-1`)
  })

  test('gets its users back after a death, unless somebody has stopped them since', async () => {
    const mayStop = ['writer', 'reader']
    await kept.read({ volume: `${project}_writer`, mayStop, isToDie: true })
    expect((await kept.of('writer')).state).toBe('exited')
    expect(await kept.hands.helpers()).toHaveLength(1)
    // A person starts one of them and stops it again: that is their will.
    await kept.docker('start', `${project}-reader-1`)
    await kept.docker('stop', '-t', '1', `${project}-reader-1`)
    const settled = await kept.settle()
    expect(settled.map(({ sentence }) => sentence).toSorted()).toEqual([
      'A helper container was removed.',
      `${project}/reader was left as it is: somebody has started and stopped it since.`,
      `${project}/writer was started again.`,
    ])
    expect((await kept.of('writer')).state).toBe('running')
    expect((await kept.of('reader')).state).toBe('exited')
    expect(await kept.hands.helpers()).toEqual([])
    expect(await kept.pendingFiles()).toEqual([])
    expect(await kept.settle()).toEqual([])
    await kept.docker('start', `${project}-reader-1`)
  })

  test('gets its users back also in a container that Compose has made anew', async () => {
    await kept.read({ volume: `${project}_writer`, mayStop: ['writer', 'reader'], isToDie: true })
    const file = join(kept.lab.stackDirectory, project, 'compose.yml')
    const before = await kept.of('writer')
    await kept.docker('compose', '-f', file, 'create', '--force-recreate', 'writer')
    const settled = await kept.settle()
    expect(settled.map(({ sentence }) => sentence)).toContain(
      `${project}/writer was started again.`,
    )
    expect(await kept.of('writer')).toMatchObject({ state: 'running' })
    expect((await kept.of('writer')).id).not.toBe(before.id)
  })
})

describe('Prometheus', () => {
  const url = 'http://127.0.0.1:9090'
  const order = { project, service: 'prometheus', url }
  const inData = (...command: string[]) =>
    kept.docker('exec', `${project}-prometheus-1`, ...command)
  const snapshots = async () => {
    const script = 'ls /prometheus/snapshots 2>/dev/null || true'
    return (await inData('sh', '-c', script)).stdout.split('\n').filter(Boolean)
  }

  beforeAll(async () => {
    const before = await kept.samples(9090)
    // The head becomes a block of a snapshot, which is put among the data: a real block.
    await kept.post(`${url}/api/v1/admin/tsdb/snapshot`)
    const script =
      'busybox mv /prometheus/snapshots/*/0* /prometheus/ && rm -rf /prometheus/snapshots'
    await inData('sh', '-c', script)
    await kept.docker('restart', `${project}-prometheus-1`)
    await kept.samples(9090, before + 1)
  })

  test('makes a snapshot, which is read as it is and deleted', async () => {
    let during: string[] = []
    const { items, opened, closed } = await kept.read(order, async () => {
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
    expect(await kept.pendingFiles()).toEqual([])
    expect(await kept.hands.helpers()).toEqual([])
  })

  test('is rid of its snapshot after a death', async () => {
    await kept.read({ ...order, isToDie: true })
    expect(await snapshots()).toHaveLength(1)
    const settled = await kept.settle()
    expect(settled.map(({ sentence }) => sentence.replace(/\d{8}T\S+/, '*')).toSorted()).toEqual([
      'A helper container was removed.',
      `TSDB snapshot * of ${project}/prometheus was deleted.`,
    ])
    expect(await snapshots()).toEqual([])
    expect(await kept.pendingFiles()).toEqual([])
  })

  test('is rid of a snapshot whose name was never heard, and of no other', async () => {
    await kept.read({ ...order, isToDie: true })
    const [ours = ''] = await snapshots()
    await inData('mkdir', '/prometheus/snapshots/20200101T000000Z-1234').catch(() =>
      inData('busybox', 'mkdir', '/prometheus/snapshots/20200101T000000Z-1234'),
    )
    // As if it had died while Prometheus was being asked.
    const directory = join(kept.state, 'backup/pending')
    for (const name of await readdir(directory)) {
      const text = await readFile(join(directory, name), 'utf8')
      await writeFile(join(directory, name), text.replace(`,"name":"${ours}"`, ''))
    }
    const settled = await kept.settle()
    expect(settled.map(({ sentence }) => sentence)).toContain(
      `TSDB snapshot ${ours} of ${project}/prometheus was deleted.`,
    )
    expect(await snapshots()).toEqual(['20200101T000000Z-1234'])
    await inData('rm', '-rf', '/prometheus/snapshots/20200101T000000Z-1234')
  })

  test('is rid of its snapshot by another image while it does not run', async () => {
    await kept.read({ ...order, isToDie: true })
    await kept.docker('stop', `${project}-prometheus-1`)
    const settled = await kept.settle()
    expect(settled.every(({ isDone }) => isDone)).toBe(true)
    await kept.docker('start', `${project}-prometheus-1`)
    expect(await snapshots()).toEqual([])
  })

  test.each([
    ['bound', 9092, '/data/tsdb'],
    ['inside', 9093, '/tsdb'],
  ])('is read as well where its data is no volume: %s', async (service, port, dataPath) => {
    await kept.samples(port)
    const { opened, closed, items } = await kept.read({
      ...{ project, service, url: `http://127.0.0.1:${port}` },
    })
    expect(opened).toMatchObject({ consistency: 'snapshot', facts: { dataPath } })
    expect(closed?.facts['bind']).toBe(
      service === 'bound' ? join(kept.lab.stackDirectory, project, 'bound') : undefined,
    )
    expect(closed).toMatchObject({ gaps: [], facts: { blocks: '1' } })
    expect(items.some(({ item }) => item.path.endsWith('/chunks/000001'))).toBe(true)
    const left = await kept.docker('exec', `${project}-${service}-1`, 'ls', `${dataPath}/snapshots`)
    expect(left.stdout).toBe('')
  })

  test('without its admin API gives finished blocks alone, and says what to do', async () => {
    await kept.samples(9091)
    const service = 'closed'
    const { opened, closed, items } = await kept.read({
      project,
      service,
      url: 'http://127.0.0.1:9091',
    })
    expect(opened.consistency).toBe('live')
    expect(closed?.gaps).toEqual([
      `The newest samples of ${project}/closed, about two hours, are missing: no snapshot can be taken (admin APIs disabled), and ${project}/closed may not be stopped for it. Add --web.enable-admin-api to its command, or ${project}/closed to backup.mayStop in the stack file.`,
    ])
    expect(items.map(({ item }) => item.path)).toEqual(['.'])
  })

  test('without its admin API is stopped with consent, and knows the same afterwards', async () => {
    const before = await kept.samples(9091)
    const { opened, closed, items } = await kept.read({
      ...{ project, service: 'closed', url: 'http://127.0.0.1:9091', mayStop: ['closed'] },
    })
    expect(opened.consistency).toBe('stopped')
    expect(closed?.gaps).toEqual([])
    const tops = new Set(items.map(({ item }) => item.path.split('/')[0]))
    expect([...tops].toSorted()).toEqual(['.', 'chunks_head', 'wal'])
    expect((await kept.of('closed')).state).toBe('running')
    expect(await kept.samples(9091)).toBeGreaterThanOrEqual(before)
  })
})

test('an engine that goes in the middle is told, and what was stopped runs again later', async () => {
  const order = { volume: `${project}_writer`, mayStop: ['writer', 'reader'] }
  await expect(kept.read(order, () => kept.lab.desktop.stop())).rejects.toThrow(
    /could not be started again.*It is tried again with the next run/,
  )
  expect(await kept.pendingFiles()).toHaveLength(3)
  await kept.lab.desktop.start()
  expect((await kept.of('writer')).state).toBe('exited')
  const settled = await kept.settle()
  expect(settled.every(({ isDone }) => isDone)).toBe(true)
  expect([(await kept.of('writer')).state, (await kept.of('reader')).state]).toEqual([
    'running',
    'running',
  ])
})

test('the lab is as it was: no helper, nothing to put back', async () => {
  expect(await kept.hands.helpers()).toEqual([])
  expect(await kept.pendingFiles()).toEqual([])
  const names = (await kept.hands.volumes()).map(({ name }) => name)
  expect(names).toEqual([`${project}_closed`, `${project}_prometheus`, `${project}_writer`, 'odd'])
})
