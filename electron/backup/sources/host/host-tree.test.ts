import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  appendFile,
  chmod,
  lutimes,
  mkdir,
  mkdtemp,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { SourceItem } from '../source.ts'
import { type HostTreeOptions, hostTree } from './host-tree.ts'
import { openKnownFiles } from './known-files.ts'

const run = promisify(execFile)
let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'host-tree-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const at = (...parts: string[]) => join(directory, ...parts)
const streamed = { wholeUpToBytes: -1 }
const whole = { wholeUpToBytes: 1_000_000 }

async function treeOf(options: HostTreeOptions = {}, ...paths: string[]) {
  const roots = (paths.length > 0 ? paths : [directory]).map((path) => ({ path, role: 'thing' }))
  const tree = hostTree(roots, { below: directory, ...options })
  const items = await itemsOf(tree)
  return { items, paths: items.map(({ path }) => path), gaps: tree.gaps(), skipped: tree.skipped() }
}

async function itemsOf(tree: AsyncIterable<SourceItem>): Promise<SourceItem[]> {
  const items: SourceItem[] = []
  for await (const item of tree) items.push(item)
  return items
}

async function contentOf(item: SourceItem | undefined): Promise<string> {
  if (!item?.open) throw new Error('There is nothing to read.')
  return (await buffer(await item.open())).toString()
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

test('everything in the order of its path, with mode, owner and times', async () => {
  await mkdir(at('b', 'empty'), { recursive: true })
  await writeFile(at('b', 'z.yml'), 'zed')
  await writeFile(at('a.yml'), 'ay', { mode: 0o640 })
  await chmod(at('a.yml'), 0o4640)
  await utimes(at('a.yml'), 1, 1_700_000_000.25)
  await symlink('b/nowhere', at('c'))
  await lutimes(at('c'), 1, 1_600_000_000.5)
  const { items, paths, gaps } = await treeOf(whole)
  expect(paths).toEqual(['.', 'a.yml', 'b', 'b/empty', 'b/z.yml', 'c'])
  expect(items[1]).toMatchObject({
    type: 'file',
    mode: 0o4640,
    uid: process.getuid?.(),
    gid: process.getgid?.(),
    mtimeSeconds: expect.closeTo(1_700_000_000.25, 3),
    sizeBytes: 2,
  })
  expect(items[3]).toMatchObject({ type: 'directory', sizeBytes: 0 })
  expect(await contentOf(items[4])).toBe('zed')
  expect(items[5]).toMatchObject({
    type: 'symlink',
    linkTo: 'b/nowhere',
    mtimeSeconds: expect.closeTo(1_600_000_000.5, 3),
  })
  expect(gaps).toEqual([])
})

test('paths are absolute without the first slash, and roots within roots come once', async () => {
  await mkdir(at('conf'))
  await writeFile(at('conf', 'x.yml'), '')
  const { paths } = await treeOf({ below: '/' }, at('conf', 'x.yml'), at('conf'))
  expect(paths).toEqual([at('conf').slice(1), at('conf', 'x.yml').slice(1)])
})

test('what is missing is a gap, unless it is optional', async () => {
  const roots = [
    { path: at('a'), role: 'compose file of odin' },
    { path: at('b'), role: 'env file', isOptional: true },
  ]
  const tree = hostTree(roots)
  expect(await itemsOf(tree)).toEqual([])
  expect(tree.gaps()).toEqual([`${at('a')} is missing, expected the compose file of odin.`])
})

test('sockets and pipes are skipped and said', async () => {
  await run('mkfifo', [at('pipe')])
  const server = createServer().listen(at('docker.sock'))
  try {
    const { paths, gaps, skipped } = await treeOf()
    expect(paths).toEqual(['.'])
    expect(gaps).toEqual([])
    expect(skipped).toEqual([at('docker.sock'), at('pipe')])
  } finally {
    server.close()
  }
})

test('names and paths that are left out', async () => {
  await mkdir(at('build', 'node_modules', 'x'), { recursive: true })
  await mkdir(at('data'))
  await writeFile(at('data', 'wal'), '')
  const root = { path: directory, role: 'thing', withoutNames: new Set(['node_modules']) }
  const tree = hostTree([root], { below: directory, without: new Set([at('data')]) })
  const paths = (await itemsOf(tree)).map(({ path }) => path)
  expect(paths).toEqual(['.', 'build'])
})

test('what a link leads to comes along, and the links on the way', async () => {
  await mkdir(at('dotfiles', 'shared'), { recursive: true })
  await writeFile(at('dotfiles', 'compose.yml'), 'services: {}')
  await writeFile(at('dotfiles', 'shared', 'rules.yml'), 'groups: []')
  await mkdir(at('elsewhere'))
  await writeFile(at('elsewhere', 'huge'), '')
  await mkdir(at('odin', 'rules'), { recursive: true })
  await symlink('../dotfiles/compose.yml', at('odin', 'compose.yml'))
  await symlink('../../dotfiles/shared/rules.yml', at('odin', 'rules', 'a.yml'))
  await symlink(at('elsewhere'), at('odin', 'rules', 'b'))
  await symlink('/usr/share', at('odin', 'rules', 'c'))
  await symlink('odin', at('stack'))
  const { paths, gaps } = await treeOf(
    { ...whole, followLinks: true },
    at('stack', 'compose.yml'),
    at('stack', 'rules'),
  )
  expect(paths).toEqual([
    'stack',
    'odin/compose.yml',
    'dotfiles/compose.yml',
    'odin/rules',
    'odin/rules/a.yml',
    'odin/rules/b',
    'odin/rules/c',
    'dotfiles/shared/rules.yml',
  ])
  expect(gaps).toEqual([])
})

test('circles of links end', async () => {
  await symlink('one', at('two'))
  await symlink('two', at('one'))
  await symlink('deep/er', at('deep'))
  const { paths, gaps } = await treeOf({ followLinks: true }, at('one'), at('deep', 'x'))
  expect(paths.toSorted()).toEqual(['deep', 'one', 'two'])
  expect(gaps).toHaveLength(1)
  expect(gaps[0]).toMatch(/ is behind a circle of symbolic links\.$/)
})

test('a link that leads nowhere is kept and is a gap where a root was expected', async () => {
  await symlink('gone', at('compose.yml'))
  const { paths, gaps } = await treeOf({ followLinks: true }, at('compose.yml'))
  expect(paths).toEqual(['compose.yml'])
  expect(gaps).toEqual([`${at('gone')} is missing, expected the thing.`])
})

test('a stream ends where the file ended when it was seen', async () => {
  await writeFile(at('log'), 'first')
  const { items } = await treeOf(streamed, at('log'))
  await appendFile(at('log'), ' second')
  expect(await contentOf(items[0])).toBe('first')
})

test('a stream of a file that was cut short or replaced breaks with a sentence', async () => {
  await writeFile(at('log'), 'first')
  const { items } = await treeOf(streamed, at('log'))
  await truncate(at('log'), 2)
  await expect(contentOf(items[0])).rejects.toThrow(`${at('log')} was cut short while it was read.`)
  await writeFile(at('new'), 'other')
  await run('mv', [at('new'), at('log')])
  await expect(contentOf(items[0])).rejects.toThrow(`${at('log')} was replaced while it was read.`)
  await rm(at('log'))
  await expect(contentOf(items[0])).rejects.toThrow(
    `${at('log')} cannot be read: there is no such file or directory.`,
  )
})

test('what changed while it was read comes a second time', async () => {
  await writeFile(at('log'), 'first')
  await writeFile(at('quiet'), 'quiet')
  const tree = hostTree([{ path: directory, role: 'data' }], { below: directory, ...streamed })
  const seen: [string, string, true | undefined][] = []
  for await (const item of tree) {
    if (item.type !== 'file') continue
    const stream = await item.open?.()
    if (item.path === 'log' && !item.again) await appendFile(at('log'), ' second')
    seen.push([item.path, (await buffer(stream as Readable)).toString(), item.again])
  }
  expect(seen).toEqual([
    ['log', 'first', undefined],
    ['log', 'first second', true],
    ['quiet', 'quiet', undefined],
  ])
})

test('a large file comes whole', async () => {
  const text = 'Odin'.repeat(300_000)
  await writeFile(at('block'), text)
  const { items } = await treeOf({}, at('block'))
  expect(sha256(await contentOf(items[0]))).toBe(sha256(text))
})

const isRoot = process.getuid?.() === 0
test.runIf(isRoot)('what may not be read is a gap, and the rest goes on', async () => {
  await mkdir(at('closed'), { mode: 0o700 })
  await writeFile(at('secret'), 'x', { mode: 0o600 })
  await writeFile(at('small'), 'x', { mode: 0o600 })
  await writeFile(at('z'), 'zed')
  await chmod(directory, 0o755)
  const before = process.geteuid?.() ?? 0
  process.seteuid?.(65_534)
  try {
    const { paths, gaps } = await treeOf(streamed)
    expect(paths).toEqual(['.', 'closed', 'z'])
    expect(gaps).toEqual([
      `${at('closed')} cannot be read: permission is denied.`,
      `${at('secret')} cannot be read: permission is denied.`,
      `${at('small')} cannot be read: permission is denied.`,
    ])
    expect((await treeOf(whole)).gaps).toHaveLength(3)
  } finally {
    process.seteuid?.(before)
  }
})

test('what was read is known the next time, until it changes', async () => {
  const later = () => Date.now() + 60_000
  const cache = at('known')
  await mkdir(at('data'))
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
    await writeFile(at('data', name), name)
  }
  const look = async () => {
    const known = await openKnownFiles(cache, { now: later })
    const { items } = await treeOf({ known }, at('data'))
    const files = items.filter(({ type }) => type === 'file')
    for (const item of files) if (!item.known) item.onRead?.(sha256(await contentOf(item)))
    await known.save()
    return files.filter(({ known }) => known).map(({ path, known }) => [path, known?.sha256])
  }
  expect(await look()).toEqual([])
  const second = await look()
  // Some are always read again, whatever their times say.
  expect(second.length).toBeGreaterThan(2)
  for (const [path, hash] of second) expect(hash).toBe(sha256(String(path).slice(-1)))
  const changed = String(second[0]?.[0])
  await writeFile(at(changed), 'other')
  expect((await look()).map(([path]) => path)).not.toContain(changed)
})

test('it ends when it is told to', async () => {
  await expect(treeOf({ signal: AbortSignal.abort(new Error('Enough.')) })).rejects.toThrow(
    'Enough.',
  )
})
