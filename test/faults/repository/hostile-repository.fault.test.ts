import { hash } from 'node:crypto'
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { zstdCompressSync } from 'node:zlib'
import { type Header, pack } from 'tar-stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { filesHeader } from '../../../electron/backup/repository/papers/files-tsv.ts'
import { aBackupSource } from '../../support/a-backup-source.ts'
import { aRepository, backUp } from '../../support/a-repository.ts'
import { runRecoverScript } from '../../support/run-recover-script.ts'

// A repository that somebody has made to be restored by root: recover.sh changes nothing of the
// system, says that something is damaged, and still restores what is as it should be.

let root: string
let repository: string
let system: string
let back: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'hostile-'))
  repository = join(root, 'repository')
  system = join(root, 'system')
  back = join(root, 'back')
  await mkdir(system, { mode: 0o755 })
  await writeFile(join(system, 'shadow'), 'secret', { mode: 0o400 })
  await backUp(await aRepository(repository), aBackupSource({ 'a.yml': 'sound' }))
})
afterEach(() => rm(root, { recursive: true, force: true }))

/** Everything of it, and whatever has come beside it. */
async function asItIs(): Promise<unknown> {
  const of = async (path: string) => {
    const { mode, uid, gid, nlink, mtimeMs } = await lstat(path)
    return { path, mode, uid, gid, nlink, mtimeMs }
  }
  return {
    beside: (await readdir(root)).filter((name) => name !== 'back'),
    names: await readdir(system),
    content: await readFile(join(system, 'shadow'), 'utf8').catch(() => 'gone'),
    facts: [
      await of(system),
      ...(await Promise.all((await readdir(system)).map((name) => of(join(system, name))))),
    ],
  }
}

type Member = Pick<Header, 'name'> & Partial<Header>
type Line = { component?: string; path: string; type?: string; member?: string; link?: string }

const lineOf = (packName: string, { component, path, type, member, link }: Line) =>
  [
    ...[6, packName, member ?? '-', component ?? 'volume:data', path, type ?? 'file'],
    ...['4777', 1234, 1234, '1700000000', link ?? '-'],
  ].join('\t')

/** A newest snapshot of these lines; its only pack has its name, and its checksums are "lost". */
async function replaceWith(members: readonly Member[], lines: readonly Line[]): Promise<void> {
  const archive = pack()
  for (const member of members) {
    if (member.type === undefined) archive.entry(member, 'secret')
    else archive.entry(member)
  }
  archive.entry({ name: 'sound' }, 'secret')
  archive.finalize()
  const content = zstdCompressSync(await buffer(archive))
  const name = hash('sha256', content)
  await mkdir(join(repository, 'packs', name.slice(0, 2)), { recursive: true })
  await writeFile(join(repository, 'packs', name.slice(0, 2), `${name}.tar.zst`), content)
  const [snapshot = ''] = await readdir(join(repository, 'snapshots'))
  const papers = join(repository, 'snapshots', snapshot)
  const all = [...lines, { path: 'sound', member: 'sound' }]
  const list = `${filesHeader}${all.map((line) => `${lineOf(name, line)}\n`).join('')}`
  await writeFile(join(papers, 'FILES.tsv.zst'), zstdCompressSync(list))
  await rm(join(papers, 'SHA256SUMS.zst'))
}

const link = (name: string, linkname: string): Member => ({ name, type: 'symlink', linkname })
const hardLink = (name: string, linkname: string): Member => ({ name, type: 'link', linkname })

const cases: Record<string, () => [Member[], Line[]]> = {
  'a member behind a link': () => [[link('l', system)], [{ path: 'taken', member: 'l/shadow' }]],
  'a member behind a link that leads up': () => [
    [link('l', '../../../system')],
    [{ path: 'taken', member: 'l/shadow' }],
  ],
  'a member that is a link': () => [
    [link('l', join(system, 'shadow')), link('m', '../../../system/shadow')],
    [
      { path: 'taken', member: 'l' },
      { path: 'taken too', member: 'm' },
    ],
  ],
  'a member that is a hard link': () => [
    [hardLink('h', join(system, 'shadow')), hardLink('i', '../../../system/shadow')],
    [
      { path: 'taken', member: 'h' },
      { path: 'taken too', member: 'i' },
    ],
  ],
  'a member with a name that leads up': () => [
    [],
    [{ path: 'taken', member: '../../../system/shadow' }],
  ],
  'a member that is a pipe': () => [
    [{ name: 'p', type: 'fifo' }],
    [{ path: 'taken', member: 'p' }],
  ],
  'parts that lie beside the directory': () => [
    [],
    [
      { component: '..', path: 'system/new', member: 'sound' },
      { component: '..', path: 'system/link', type: 'symlink', link: '/' },
      { component: '..', path: 'system', type: 'directory' },
      { component: '..', path: 'new', type: 'directory' },
      { component: '.', path: 'x', type: 'directory' },
    ],
  ],
  'paths that lead up': () => [
    [],
    [
      { path: '../../system/new', member: 'sound' },
      { path: '\\0056\\0056/../system', type: 'directory' },
    ],
  ],
  'links that lie behind links': () => [
    [],
    [
      { path: 'a', type: 'symlink', link: system },
      { path: 'a/new', type: 'symlink', link: '/' },
      { component: 'volume:other', path: '.', type: 'symlink', link: system },
      { component: 'volume:other', path: 'new', type: 'symlink', link: '/' },
    ],
  ],
  'lines that are torn apart by empty fields and more of them': () => [
    [],
    [
      { path: 'a', member: 'sound', link: 'x\t../../system' },
      { component: '', path: 'system/new', member: 'sound' },
      { component: '', path: '..', type: 'directory' },
    ],
  ],
}

describe.each(['dash', 'bash --posix', 'busybox sh'])('%s', (shell) => {
  test.each(Object.keys(cases))('%s', async (name) => {
    await replaceWith(...(cases[name]?.() ?? [[], []]))
    const before = await asItIs()
    const done = await runRecoverScript(repository, shell, ['latest', back], { cwd: root })
    expect(await asItIs()).toEqual(before)
    expect(done.code).toBe(1)
    expect(done.err).toMatch(/: it leads out of|: it makes no sense|taken \(pack /)
    const restored = await stat(join(back, 'volume=data', 'sound'))
    expect([restored.uid, restored.mode & 0o7777]).toEqual([1234, 0o4777])
  })
})
