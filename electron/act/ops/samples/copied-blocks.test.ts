import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, type Readable } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { tarEntries } from '../../../adapters/archive/tar-entries.ts'
import { type TarItem, writeTar } from '../../../adapters/archive/tar-writer.ts'
import type { EngineHands } from '../../../adapters/docker/hands/engine-hands.ts'
import { blocksIn, copyIn, copyOut, hasCopy } from './copied-blocks.ts'

const forever = new AbortController().signal
const one = '01M84CB5XMZ5PP31Y3QW0Y7ENR'
const two = '01M84CB5XMZ5PP31Y3QW0Y7ENS'

let directory: string
let file: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'blocks-'))
  file = join(directory, 'copy.tar')
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const common = { mode: 0o644, uid: 65_534, gid: 65_534, mtimeSeconds: 1 }

function blockOf(root: string, ulid: string, minTime: number, maxTime: number): TarItem[] {
  const meta = Buffer.from(JSON.stringify({ minTime, maxTime, stats: { numSamples: 7 } }))
  const file = (name: string, content: Buffer): TarItem => ({
    member: { ...common, name: `${root}${ulid}/${name}`, type: 'file', sizeBytes: content.length },
    content,
  })
  const folder = (name: string): TarItem => ({
    member: { ...common, name: `${root}${ulid}${name}`, type: 'directory', sizeBytes: 0 },
  })
  return [
    folder(''),
    file('meta.json', meta),
    folder('/chunks'),
    file('chunks/000001', Buffer.from('chunks')),
    file('index', Buffer.from('index')),
  ]
}

/** An engine that has this archive, and keeps what is written to it. */
function anEngine(archive: () => Readable) {
  const written: { path: string; names: string[]; owners: string[] }[] = []
  const hands = {
    readArchive: async () => archive(),
    async writeArchive(_container: string, path: string, tar: Readable) {
      const kept = { path, names: [] as string[], owners: [] as string[] }
      for await (const { member } of tarEntries(tar)) {
        kept.names.push(member.name)
        kept.owners.push(`${member.uid}:${member.gid}`)
      }
      written.push(kept)
    },
  } as unknown as EngineHands
  return { hands, written }
}

const snapshot = () =>
  writeTar([...blockOf('snap/', one, 1_000, 2_001), ...blockOf('snap/', two, 500, 900)])

test('blocks are copied and say what they hold, to the last millisecond', async () => {
  const { hands } = anEngine(snapshot)
  await copyOut(hands, 'c', '/data/snapshots/snap', file, forever)
  expect(await blocksIn(file)).toEqual([
    { ulid: one, from: 1_000, to: 2_000, samples: 7 },
    { ulid: two, from: 500, to: 899, samples: 7 },
  ])
})

test('what makes a directory a block comes last, and only what is wanted comes', async () => {
  const { hands, written } = anEngine(snapshot)
  await copyOut(hands, 'c', '/data/snapshots/snap', file, forever)
  const to = { hands, containerId: 'h', path: '/odin-sentinel' }
  await copyIn({ file, ulids: [two] }, to, { uid: 1, gid: 2 }, forever)
  expect(written).toEqual([
    {
      path: '/odin-sentinel',
      names: [two, `${two}/chunks`, `${two}/chunks/000001`, `${two}/index`, `${two}/meta.json`],
      owners: Array.from({ length: 5 }, () => '1:2'),
    },
  ])
})

test('an archive that breaks off leaves no copy, and a copy from before stays', async () => {
  const { hands } = anEngine(snapshot)
  await copyOut(hands, 'c', '/data/snapshots/snap', file, forever)
  const broken = anEngine(() => {
    const stream = new PassThrough()
    stream.write('half')
    stream.destroy(new Error('The engine hung up.'))
    return stream
  })
  await expect(copyOut(broken.hands, 'c', '/x', file, forever)).rejects.toThrow('hung up')
  expect(await blocksIn(file)).toHaveLength(2)
  expect(await readdir(directory)).toEqual(['copy.tar'])
  expect(await hasCopy(join(directory, 'another.tar'))).toBe(false)
})

test('a block without an index is none', async () => {
  const { hands } = anEngine(() => writeTar(blockOf('', one, 0, 1).slice(0, -1)))
  await copyOut(hands, 'c', '/data', file, forever)
  await expect(blocksIn(file)).rejects.toThrow(`Block ${one}`)
})
