import { execFile } from 'node:child_process'
import { lstat, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newIdentity } from '../../../electron/adapters/archive/sealed-text.ts'
import { openRepository } from '../../../electron/backup/repository/open-repository.ts'
import type { RepositoryKey } from '../../../electron/backup/repository/repository.ts'
import type { SourceItem } from '../../../electron/backup/sources/source.ts'
import { aBackupSource, aDirectory, aFile, aLink } from '../../support/a-backup-source.ts'
import { aRepository, backUp } from '../../support/a-repository.ts'
import { runRecoverScript } from '../../support/run-recover-script.ts'

// Restores what the app has kept with nothing of the app: tar, zstd, awk, sha256sum, and age.

const run = promisify(execFile)

let root: string
let repositoryDirectory: string
let back: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'recover='))
  repositoryDirectory = join(root, 'a repository')
  back = join(root, '-back here')
})
afterEach(() => rm(root, { recursive: true, force: true }))

const latin = (text: string) => Buffer.from(text, 'latin1')

/** Bytes that are no UTF-8 are lone surrogates in our paths. */
const bytesOfPath = (path: string) =>
  Buffer.concat(
    path
      .split(/([\u{dc80}-\u{dcff}])/u)
      .map((part) =>
        /^[\udc80-\udcff]$/.test(part) ? Buffer.of(part.charCodeAt(0) & 0xff) : Buffer.from(part),
      ),
  )

const oddNames = [
  'a tab\there',
  'a new\nline',
  'ends in a new line\n',
  '\n',
  'it\'s "quoted"',
  'back\\slash and \\n and \\0101',
  '-rf',
  '--',
  ' spaces ',
  '*',
  '$(touch owned)`touch owned`',
  '100%',
  '%0A',
  'Ё é 日本語 💀',
  'not \udcff\udc80 UTF-8 \udce9',
  'dollar $HOME ${HOME}',
  '.hidden',
  '-',
  'x=y',
]

const volume: SourceItem[] = [
  aDirectory('.', 0o2770),
  aDirectory('empty', 0o500),
  aDirectory('odd'),
  ...oddNames.map((name, index) =>
    aFile(`odd/${name}`, `content ${index}`, {
      mode: index % 2 === 0 ? 0o640 : 0o4755,
      uid: 1000 + index,
      gid: 2000 + index,
      mtimeSeconds: 1_600_000_000.5 + index,
    }),
  ),
  aDirectory('odd directory\n\t\\'),
  aFile('odd directory\n\t\\/inside', 'content 1'),
  aFile('nothing', ''),
  aFile(
    'bytes',
    Uint8Array.from({ length: 70_000 }, (_, index) => index * 7),
  ),
  aFile('large', Buffer.alloc(3_000_000, 'large')),
  aFile('the same again', Buffer.alloc(3_000_000, 'large')),
  aFile('no parent/was/told', 'content 2'),
  aLink('link', '../../etc/passwd'),
  aLink('odd/link\n', '-n a\ttarget\\\n'),
]
const configuration: SourceItem[] = [
  aDirectory('.'),
  aDirectory('conf', 0o755),
  aFile('conf/prometheus.yml', 'global: {}\n', { mode: 0o644 }),
  aLink('conf/latest', 'prometheus.yml'),
]

const backUpAll = async (key?: RepositoryKey) => {
  const repository = await aRepository(repositoryDirectory, key)
  // The second run finds everything in the packs of the first.
  await backUp(repository, aBackupSource(volume), inConfiguration())
  return backUp(repository, aBackupSource(volume), inConfiguration())
}
const inConfiguration = () =>
  aBackupSource(configuration, { id: 'configuration', packing: 'self-contained' })

const recover = (shell: string, args: string[], env: NodeJS.ProcessEnv = {}) =>
  runRecoverScript(repositoryDirectory, shell, args, { cwd: root, env })

const below = (directory: string, path: string) =>
  path === '.' ? latin(directory) : Buffer.concat([latin(`${directory}/`), bytesOfPath(path)])

async function expectBack(
  directory: string,
  items: readonly SourceItem[],
  secondsOf: (mtimeSeconds: number) => number = (seconds) => seconds,
): Promise<void> {
  for (const item of items) {
    const path = below(directory, item.path)
    const stats = await lstat(path)
    const about = JSON.stringify(item.path)
    expect([about, stats.uid, stats.gid]).toEqual([about, item.uid, item.gid])
    expect([about, stats.mtimeMs / 1000]).toEqual([about, secondsOf(item.mtimeSeconds)])
    if (item.type === 'symlink') {
      expect(await readlink(path)).toBe(item.linkTo)
    } else {
      expect([about, (stats.mode & 0o7777).toString(8)]).toEqual([about, item.mode.toString(8)])
      expect(item.type === 'directory').toBe(stats.isDirectory())
    }
    if (item.type === 'file') {
      const content = await item.open?.()
      const expected: Uint8Array[] = []
      for await (const chunk of content ?? []) expected.push(chunk)
      expect(Buffer.concat(expected).equals(await readFile(path))).toBe(true)
    }
  }
}

/** BusyBox 1.35 has a tar, an awk and a sha256sum of its own; its touch takes whole seconds only. */
const shells = [
  { shell: 'dash', secondsOf: undefined },
  { shell: 'bash --posix', secondsOf: undefined },
  { shell: 'busybox sh', secondsOf: Math.floor },
]

test.each(shells)(
  '$shell brings all back byte for byte, with modes, owners and times',
  async ({ shell, secondsOf }) => {
    const { id } = await backUpAll()
    const done = await recover(shell, [id.slice(-8).toLowerCase(), back])
    expect(done).toEqual({ code: 0, out: `26 files of ${id} are in ${back}.\n`, err: '' })
    expect((await readdir(back)).sort()).toEqual(['configuration', 'volume=data'])
    await expectBack(join(back, 'volume=data'), volume, secondsOf)
    await expectBack(join(back, 'configuration'), configuration, secondsOf)
    expect(await readdir(root)).not.toContain('owned')
    const papers = join(repositoryDirectory, 'snapshots', id)
    const sums = 'zstd -dc "$1/SHA256SUMS.zst" | sha256sum -c --quiet'
    await run('sh', ['-c', sums, 'sh', papers], { cwd: back })
    await run('sha256sum', ['-c', '--quiet', join(papers, 'PACKS.sha256')], {
      cwd: repositoryDirectory,
    })
  },
)

test('an encrypted snapshot comes back with age and its key, and not without', async () => {
  const { identity, recipient } = await newIdentity()
  const { id } = await backUpAll({ recipients: [recipient], identity })
  const without = await recover('dash', ['latest', back])
  expect(without.code).toBe(2)
  expect(without.err).toContain('set AGE_IDENTITY to the file with its key')

  const keyFile = join(root, 'key')
  await writeFile(keyFile, `${identity}\n`, { mode: 0o600 })
  const done = await recover('dash', ['latest', back], { AGE_IDENTITY: keyFile })
  expect(done).toEqual({ code: 0, out: `26 files of ${id} are in ${back}.\n`, err: '' })
  await expectBack(join(back, 'volume=data'), volume)
  await expectBack(join(back, 'configuration'), configuration)
})

test('lists snapshots and parts, and restores one part', async () => {
  const { id } = await backUpAll()
  expect((await recover('dash', [])).out.split('\n')).toContain(id)
  const parts = (await recover('dash', ['latest'])).out.trim().split('\n').sort()
  expect(parts).toEqual([
    'configuration\t1 files\t11 bytes',
    expect.stringMatching(/^volume:data\t25 files/),
  ])
  await recover('dash', ['LATEST', back, 'configuration'])
  expect(await readdir(back)).toEqual(['configuration'])
  await expectBack(join(back, 'configuration'), configuration)
})

test.each([
  ['a snapshot that is not there', ['nope', 'new'], 'No snapshot is called nope'],
  ['a directory with something in it', ['latest', 'a repository'], 'is not empty'],
  ['a part that is not there', ['latest', 'new', 'volume:other'], 'There is no part volume:other'],
])('refuses %s', async (_what, args, sentence) => {
  await backUpAll()
  const refused = await recover('dash', args)
  expect(refused.code).toBe(2)
  expect(refused.err).toContain(sentence)
})

describe('what is damaged is named, and the rest comes back', () => {
  const packOf = async (component: string) => {
    const [file] = (await filesOfNewest()).filter(
      (one) => one.component === component && one.type === 'file',
    )
    const pack = file?.pack ?? ''
    return { pack, path: join(repositoryDirectory, 'packs', pack.slice(0, 2), `${pack}.tar.zst`) }
  }
  const filesOfNewest = async () => {
    const repository = await openRepository(repositoryDirectory, { recipients: [] })
    const { sound } = await repository.snapshots()
    return repository.files(sound[0]?.id ?? '')
  }

  test('a pack that is missing', async () => {
    await backUpAll()
    const { pack, path } = await packOf('volume:data')
    await rm(path)
    const done = await recover('dash', ['latest', back])
    expect(done.code).toBe(1)
    expect(done.err).toContain(`DAMAGED pack ${pack}: it is missing`)
    expect(done.err).toContain(`DAMAGED volume:data/large (pack ${pack})`)
    await expectBack(join(back, 'configuration'), configuration)
  })

  test('a pack that ends too early still gives what comes before', async () => {
    await backUpAll()
    const { pack, path } = await packOf('volume:data')
    const whole = await readFile(path)
    await truncateTo(path, whole.subarray(0, Math.floor(whole.length * 0.9)))
    const done = await recover('dash', ['latest', back])
    expect(done.code).toBe(1)
    expect(done.err).toContain(`DAMAGED pack ${pack}\n`)
    const lost = done.err.split('\n').filter((line) => line.includes('DAMAGED volume:data/'))
    expect(lost.length).toBeGreaterThan(0)
    expect(lost.length).toBeLessThan(25)
    await expectBack(join(back, 'configuration'), configuration)
  })

  test('a list of files that is cut off: what comes before is restored', async () => {
    const { id } = await backUpAll()
    const path = join(repositoryDirectory, 'snapshots', id, 'FILES.tsv.zst')
    await truncateTo(path, (await readFile(path)).subarray(0, -4))
    const done = await recover('dash', ['latest', back])
    expect(done.code).toBe(1)
    expect(done.err).toContain(`DAMAGED FILES.tsv.zst: FAILED (a paper of ${id})`)
    expect(done.err).toContain(`DAMAGED FILES.tsv.zst of ${id}: it does not unpack to its end`)
    await expectBack(join(back, 'volume=data'), volume)
    await truncateTo(path, Buffer.of())
    const none = await recover('dash', ['latest', join(root, 'other')])
    expect(none.code).toBe(2)
    expect(none.err).toContain(`The list of files of ${id} cannot be read.`)
  })

  test('half a line at the end of a list is neither a link nor a checksum', async () => {
    const { id } = await backUpAll()
    const papers = join(repositoryDirectory, 'snapshots', id)
    for (const paper of ['FILES.tsv.zst', 'SHA256SUMS.zst']) {
      const whole = zstdDecompressSync(await readFile(join(papers, paper)))
      await truncateTo(join(papers, paper), zstdCompressSync(whole.subarray(0, -30)))
    }
    const done = await recover('dash', ['latest', back])
    expect(done.code).toBe(1)
    expect(done.err).toContain(`DAMAGED FILES.tsv of ${id}: its last line is cut off`)
    expect(done.err).toContain(`DAMAGED SHA256SUMS of ${id}: its last line is cut off`)
    expect(done.err).not.toContain('(pack ')
    await expectBack(join(back, 'volume=data'), volume)
    await expectBack(join(back, 'configuration'), configuration.slice(0, -1))
    expect(await readdir(join(back, 'configuration', 'conf'))).toEqual(['prometheus.yml'])
  })

  test('owners that cannot be given, and no setuid is given to the wrong one', async () => {
    await backUpAll()
    const done = await recover('setpriv --bounding-set=-chown --inh-caps=-chown dash', [
      'latest',
      back,
    ])
    expect(done.code).toBe(1)
    for (const path of ['bytes', 'empty', '.']) {
      expect(done.err).toContain(`DAMAGED volume:data/${path}: its mode, owner or time\n`)
    }
    const { mode } = await lstat(
      below(join(back, 'volume=data'), 'odd/back\\slash and \\n and \\0101'),
    )
    expect(mode & 0o7000).toBe(0)
    expect(await readFile(join(back, 'volume=data', 'nothing'), 'utf8')).toBe('')
  })

  test('its checksums: what lies in sound packs comes back all the same', async () => {
    const { id } = await backUpAll()
    const path = join(repositoryDirectory, 'snapshots', id, 'SHA256SUMS.zst')
    for (const left of [(await readFile(path)).subarray(0, -40), Buffer.of(), undefined]) {
      if (left === undefined) await rm(path)
      else await truncateTo(path, left)
      const to = join(root, `${left?.length} bytes`)
      const done = await recover('dash', ['latest', to])
      expect(done.code).toBe(1)
      expect(done.err).toContain('DAMAGED SHA256SUMS.zst: FAILED')
      expect(done.err).not.toContain('(pack ')
      await expectBack(join(to, 'volume=data'), volume)
      await expectBack(join(to, 'configuration'), configuration)
    }
  })

  test('a paper', async () => {
    const { id } = await backUpAll()
    await writeFile(join(repositoryDirectory, 'snapshots', id, 'manifest.json'), '{}')
    const done = await recover('dash', ['latest', back])
    expect(done.code).toBe(1)
    expect(done.err).toContain(`DAMAGED manifest.json: FAILED (a paper of ${id})`)
    await expectBack(join(back, 'volume=data'), volume)
  })
})

/** Packs are read-only, which does not stop root. */
const truncateTo = (path: string, content: Uint8Array) => writeFile(path, content)
