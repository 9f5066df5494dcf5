import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DiskProblem } from '../disk/disk-problem.ts'
import { ArchiveRefused } from './archive-problem.ts'
import { linkLeadsOut } from './link-target.ts'
import { type Destination, openDestination, type PlacedFile } from './place-safely.ts'

let root: string
let inside: string
let outside: string
let destination: Destination

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'place-'))
  inside = join(root, 'inside')
  outside = join(root, 'outside')
  await mkdir(inside)
  await mkdir(outside)
  destination = await openDestination(inside)
})
afterEach(async () => {
  await destination.close()
  await rm(root, { recursive: true, force: true })
})

const own = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 }
const aFile = (changes: Partial<PlacedFile> = {}): PlacedFile => ({
  path: 'conf/prometheus.yml',
  type: 'file',
  mode: 0o640,
  mtimeSeconds: 1_600_000_000.5,
  ...own,
  ...changes,
})

async function reopen(options: Parameters<typeof openDestination>[1]): Promise<void> {
  await destination.close()
  destination = await openDestination(inside, options)
}

describe('what is placed', () => {
  test('lies where it belongs, also where several are placed at once', async () => {
    const paths = Array.from({ length: 300 }, (_, at) => `${at % 7}/${at % 5}/${at % 3}/${at}`)
    const waiting = paths.values()
    const lane = async () => {
      for (const path of waiting) {
        await destination.place(aFile({ path }), Readable.from([Buffer.from(path)]))
      }
    }
    await Promise.all([lane(), lane(), lane()])
    expect(await destination.finish()).toMatchObject({ files: paths.length })
    for (const path of paths) expect(await readFile(join(inside, path), 'utf8')).toBe(path)
  })

  test('has its content, mode and time, and directories get theirs last', async () => {
    await destination.place(aFile({ path: '.', type: 'directory', mode: 0o2770 }))
    await destination.place(aFile({ path: 'conf', type: 'directory', mode: 0o751 }))
    await destination.place(aFile(), Readable.from([Buffer.from('glo'), Buffer.from('bal')]))
    await destination.place(aFile({ path: 'conf/empty' }))
    await destination.place(aFile({ path: 'conf/link', type: 'symlink', linkTo: '../conf/empty' }))
    expect(await destination.finish()).toEqual({
      files: 2,
      directories: 2,
      symlinks: 1,
      ownersNotKept: 0,
      setuidCleared: [],
      existingDirectories: [],
    })
    expect(await readFile(join(inside, 'conf/prometheus.yml'), 'utf8')).toBe('global')
    expect(await readlink(join(inside, 'conf/link'))).toBe('../conf/empty')
    const modes = { '.': 0o2770, conf: 0o751, 'conf/prometheus.yml': 0o640, 'conf/empty': 0o640 }
    for (const [path, mode] of Object.entries(modes)) {
      const stats = await stat(join(inside, path))
      expect([path, stats.mode & 0o7777, stats.mtimeMs]).toEqual([path, mode, 1_600_000_000_500])
    }
    expect((await lstat(join(inside, 'conf/link'))).mtimeMs).toBe(1_600_000_000_500)
  })

  test('is on the disk when that is asked for', async () => {
    await reopen({ isDurable: true })
    await destination.place(aFile({ path: 'a/b/c' }), Buffer.from('x'))
    expect(await destination.finish()).toMatchObject({ files: 1 })
  })

  test('lies in directories for this user alone where none were placed', async () => {
    await destination.place(aFile({ path: 'a/b/c' }), Buffer.from('x'))
    await destination.finish()
    expect((await stat(join(inside, 'a'))).mode & 0o7777).toBe(0o700)
  })

  test('has no setuid, unless asked for', async () => {
    await destination.place(aFile({ path: 'a', mode: 0o6755 }))
    expect((await destination.finish()).setuidCleared).toEqual(['a'])
    expect((await stat(join(inside, 'a'))).mode & 0o7777).toBe(0o755)

    await reopen({ keepsSetuid: true })
    await destination.place(aFile({ path: 'b', mode: 0o6755 }))
    expect((await destination.finish()).setuidCleared).toEqual([])
    expect((await stat(join(inside, 'b'))).mode & 0o7777).toBe(0o6755)
  })
})

test('what is older than 1970 stays so', async () => {
  await destination.place(aFile({ path: 'a', mtimeSeconds: -86_400.5 }))
  expect((await stat(join(inside, 'a'))).mtimeMs).toBe(-86_400_500)
})

describe('what stands there already', () => {
  test.each(['file', 'symlink'] as const)('is not overwritten by a %s', async (type) => {
    await mkdir(join(inside, 'conf'))
    await writeFile(join(inside, 'conf/prometheus.yml'), 'precious')
    const failure = await destination.place(aFile({ type, linkTo: 'x' })).catch((error) => error)
    expect(failure).toBeInstanceOf(DiskProblem)
    expect(failure.code).toBe('EEXIST')
    expect(failure.message).toContain('is not written, as nothing is overwritten')
    expect(await readFile(join(inside, 'conf/prometheus.yml'), 'utf8')).toBe('precious')
  })

  test('is not written through when it is a link', async () => {
    await writeFile(join(outside, 'victim'), 'precious')
    await symlink(join(outside, 'victim'), join(inside, 'a'))
    await symlink(join(outside, 'new'), join(inside, 'b'))
    for (const path of ['a', 'b']) {
      await expect(destination.place(aFile({ path }), Buffer.from('x'))).rejects.toThrow(
        DiskProblem,
      )
    }
    expect(await readFile(join(outside, 'victim'), 'utf8')).toBe('precious')
    expect(await readdir(outside)).toEqual(['victim'])
  })

  test('keeps its mode and time when it is a directory, and that is said', async () => {
    await mkdir(join(inside, 'conf'), { mode: 0o711 })
    await destination.place(aFile({ path: 'conf', type: 'directory', mode: 0o700 }))
    await destination.place(aFile())
    expect((await destination.finish()).existingDirectories).toEqual(['conf'])
    expect((await stat(join(inside, 'conf'))).mode & 0o7777).toBe(0o711)
  })
})

describe('nothing is written outside', () => {
  test.each(['../x', '/etc/x', 'a/../../x', 'a\0b', ''])('by the path "%s"', async (path) => {
    const placing = destination.place(aFile({ path }), Buffer.from('x'))
    await expect(placing).rejects.toThrow(ArchiveRefused)
    expect(await readdir(root)).toEqual(['inside', 'outside'])
    expect(await readdir(inside)).toEqual([])
  })

  test('through a directory that is a link', async () => {
    await symlink(outside, join(inside, 'conf'))
    await expect(destination.place(aFile(), Buffer.from('x'))).rejects.toThrow(
      '"conf" is a link or a file, expected a directory.',
    )
    await expect(destination.place(aFile({ path: 'conf', type: 'directory' }))).rejects.toThrow(
      ArchiveRefused,
    )
    expect(await readdir(outside)).toEqual([])
  })

  test('through a link that was placed before', async () => {
    await reopen({ links: 'verbatim' })
    await destination.place(aFile({ path: 'conf', type: 'symlink', linkTo: outside }))
    await expect(destination.place(aFile(), Buffer.from('x'))).rejects.toThrow(ArchiveRefused)
    expect(await readdir(outside)).toEqual([])
  })

  test('through a directory that is exchanged for a link in the middle of it', async () => {
    await destination.place(aFile({ path: 'conf/a/one' }), Buffer.from('1'))
    async function* exchanging() {
      yield Buffer.from('2')
      await rename(join(inside, 'conf'), join(inside, 'moved'))
      await symlink(outside, join(inside, 'conf'))
      yield Buffer.from('2')
    }
    await destination.place(aFile({ path: 'conf/a/two' }), Readable.from(exchanging()))
    expect(await readFile(join(inside, 'moved/a/two'), 'utf8')).toBe('22')
    await destination.place(aFile({ path: 'else/three' }))
    await expect(destination.place(aFile({ path: 'conf/a/four' }))).rejects.toThrow(ArchiveRefused)
    expect(await readdir(outside)).toEqual([])
  })

  test('into a directory that is itself a link, or none', async () => {
    await symlink(outside, join(root, 'link'))
    await expect(openDestination(join(root, 'link'))).rejects.toThrow(DiskProblem)
    await expect(openDestination(join(root, 'none'))).rejects.toThrow('there is no such file')
  })
})

describe('links', () => {
  const out = ['/etc/passwd', '..', '../..', '../../x', 'a/../../x', 'a/..', '../x/../..', '']
  const inward = ['x', '../x', './x', '../conf/x', '..//x', '...', 'a/..b']
  test.each(out.map((target) => [target]))('to "%s" may lead out', (target) => {
    expect(linkLeadsOut(target === '..' ? 'link' : 'conf/link', target)).toBe(true)
  })
  test.each(inward.map((target) => [target]))('to "%s" stay inside', (target) => {
    expect(linkLeadsOut('conf/link', target)).toBe(false)
  })

  test('that lead out are refused, and kept as they are when asked for', async () => {
    const link = aFile({ path: 'a', type: 'symlink', linkTo: '/etc/passwd' })
    await expect(destination.place(link)).rejects.toThrow('which leads out of')
    await reopen({ links: 'verbatim' })
    await destination.place(link)
    expect(await readlink(join(inside, 'a'))).toBe('/etc/passwd')
  })
})

describe('a content that breaks', () => {
  test('leaves no file, and its failure is passed on as it is', async () => {
    const failure = new Error('the pack is damaged')
    async function* broken() {
      yield Buffer.from('half')
      throw failure
    }
    await expect(destination.place(aFile(), Readable.from(broken()))).rejects.toBe(failure)
    expect(await readdir(join(inside, 'conf'))).toEqual([])
  })

  test('is let go when the file cannot be made', async () => {
    const content = Readable.from([Buffer.from('x')])
    await destination.place(aFile({ path: 'a' }))
    await expect(destination.place(aFile({ path: 'a/b' }), content)).rejects.toThrow(ArchiveRefused)
    expect(content.destroyed).toBe(true)
  })
})

test('no descriptor is left open', async () => {
  const open = async () => (await readdir('/proc/self/fd')).length
  const before = await open()
  for (let at = 0; at < 20; at++) {
    await destination.place(aFile({ path: `a${at}/b/c` }), Buffer.from('x'))
    await destination.place(aFile({ path: `a${at}/b/c` })).catch(() => undefined)
  }
  expect(await open()).toBeLessThanOrEqual(before + 2)
})

test('owners are kept by root, and said to be lost by anybody else', async () => {
  const isRoot = process.geteuid?.() === 0
  await destination.place(aFile({ path: 'a', uid: 65534, gid: 472 }), Buffer.from('x'))
  const { ownersNotKept } = await destination.finish()
  const { uid, gid } = await stat(join(inside, 'a'))
  if (isRoot)
    expect({ uid, gid, ownersNotKept }).toEqual({ uid: 65534, gid: 472, ownersNotKept: 0 })
  else expect({ uid, gid, ownersNotKept }).toEqual({ ...own, ownersNotKept: 1 })
})
