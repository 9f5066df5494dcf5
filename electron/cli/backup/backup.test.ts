import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  browsedSchema,
  snapshotChangeSchema,
  snapshotViewSchema,
} from '../../../shared/ipc/backup-view.ts'
import { aBackupSource } from '../../../test/support/a-backup-source.ts'
import { aCommandLine, type CommandLine } from '../../../test/support/a-command-line.ts'
import { aRepository, backUp } from '../../../test/support/a-repository.ts'

// Nobody answers for the engine of this stack: what a person wrote is kept all the same.

let line: CommandLine
let repository: string
let dotenv: string

beforeEach(async () => {
  line = await aCommandLine()
  repository = join(line.home, 'data/odin-sentinel/backups/odin')
  dotenv = join(line.project, '.env')
})

const onlyFiles = ['backup', '--only', 'configuration'] as const
const listSchema = z.strictObject({
  stack: z.literal('odin'),
  repository: z.string(),
  space: z.strictObject({ freeBytes: z.number(), ownBytes: z.number() }).nullable(),
  snapshots: z.array(snapshotViewSchema),
  broken: z.array(z.strictObject({ id: z.string(), sentence: z.string() })),
})
const listed = async () => listSchema.parse((await line.run(['snapshots', '--json'])).json())

async function packOf(path: string): Promise<string> {
  const [id = ''] = await readdir(join(repository, 'snapshots'))
  const packed = await readFile(join(repository, 'snapshots', id, 'FILES.tsv.zst'))
  const row =
    zstdDecompressSync(packed)
      .toString()
      .split('\n')
      .find((one) => one.includes(`\t${path.slice(1)}\t`)) ?? ''
  const pack = row.split('\t')[1] ?? ''
  return join(repository, 'packs', pack.slice(0, 2), `${pack}.tar.zst`)
}

test('where the repository is gone, none is begun in its place unless somebody says so', async () => {
  await line.run(onlyFiles)
  await rename(repository, `${repository}.away`)
  const refused = await line.run(onlyFiles)
  expect(refused).toMatchObject({ code: 4, out: '' })
  expect(refused.err).toContain(`The repository ${repository} is gone`)
  expect(refused.err).toContain('--begin-anew')
  await expect(stat(repository)).rejects.toThrow('ENOENT')
  expect(await line.run([...onlyFiles, '--begin-anew'])).toMatchObject({ code: 0 })
  expect((await line.run(onlyFiles)).code).toBe(0)
  expect((await listed()).snapshots).toHaveLength(2)
})

test('before the first snapshot every command says what to type', async () => {
  const empty = await line.run(['snapshots'])
  expect(empty).toMatchObject({ code: 0, err: '' })
  expect(empty.out).toBe('There are no snapshots of odin yet.\nNext: odin-sentinel backup\n')
  expect(await listed()).toMatchObject({ snapshots: [], broken: [], space: null })
  for (const argv of [
    ['show', 'latest'],
    ['browse', 'latest'],
    ['diff', 'latest'],
    ['verify'],
    ['prune'],
    ['extract', 'latest', '/', '--to', line.home],
    ['pin', 'latest'],
    ['unpin', 'latest'],
  ]) {
    expect(await line.run(argv)).toMatchObject({
      code: 3,
      out: '',
      err: 'odin-sentinel: There are no snapshots of odin yet; odin-sentinel backup takes the first.\n',
    })
  }
})

test('a backup without an engine keeps the configuration, and says what is missing', async () => {
  const said = await line.run(['backup', '--note', 'before the move', '--pin', 'it worked'])
  expect(said.code).toBe(1)
  expect(said.err).toBe('')
  expect(said.out).toContain('No data of the engine is in it: There is no socket at')
  const { snapshots } = await listed()
  expect(snapshots).toMatchObject([
    { reason: 'manual', note: 'before the move', pinned: 'it worked', engineId: null },
  ])
  const short = snapshots[0]?.id.slice(-8).toLowerCase() ?? ''
  expect(said.out).toContain(`Next: odin-sentinel show ${short}`)
  const shown = await line.run(['show', short])
  expect(shown.out).toContain('files of this machine alone; no engine answered')
  expect(shown.out).toContain('What is not in it:\n  · No data of the engine is in it')
  const list = await line.run(['snapshots', '--stack', line.stackFile])
  expect(list.out).toMatch(/asked for: before the move .* verified, pinned: it worked, \d gaps/)
  expect(list.out).toContain(`Next: odin-sentinel show ${short} --stack ${line.stackFile}`)
})

test('its end is remembered for the app, and told in the timeline', async () => {
  await line.run([...onlyFiles])
  const [ledger = ''] = await readdir(join(line.state, 'backups'))
  const text = await readFile(join(line.state, 'backups', ledger), 'utf8')
  expect(JSON.parse(text)).toMatchObject({
    ends: [{ kind: 'backup', outcome: 'done', snapshot: expect.stringMatching(/Z_/) }],
  })
})

test('only what is asked for is kept; what is no part of a backup is told from the parts', async () => {
  expect((await line.run([...onlyFiles, '--json'])).json()).toMatchObject({
    outcome: 'done',
    problems: [],
  })
  const wrong = await line.run(['backup', '--only', 'everything'])
  expect(wrong).toMatchObject({ code: 3, out: '' })
  expect(wrong.err).toContain('"everything" is no part of a backup, expected configuration,')
  const absent = await line.run(['backup', '--only', 'volume:nowhere'])
  expect(absent.code).toBe(4)
  expect(absent.out).toContain('Nothing of odin is volume:nowhere; there are configuration')
})

test('browse, show and diff say the same to a program', async () => {
  await line.run([...onlyFiles])
  await line.write('.env', 'GF_ADMIN_PASSWORD=another-horse-altogether\nRETENTION=30d\n')
  await line.run([...onlyFiles])
  const { snapshots } = await listed()
  const [newer = '', older = ''] = snapshots.map(({ id }) => id)

  const shown = (await line.run(['show', newer, '--json'])).json()
  expect(shown).toMatchObject({ ...snapshots[0], machine: expect.any(String), images: {} })

  const entries = async (path: string) =>
    z
      .strictObject({ snapshot: z.string(), path: z.string(), entries: z.array(browsedSchema) })
      .parse((await line.run(['browse', newer.slice(-8), path, '--json'])).json()).entries
  expect((await entries('')).map(({ name }) => name)).toEqual(['configuration'])
  const inProject = await entries(line.project)
  expect(inProject.map(({ name }) => name)).toEqual(['prometheus', '.env', 'docker-compose.yml'])
  expect(await entries(inProject[1]?.path ?? '')).toMatchObject([{ name: '.env', type: 'file' }])

  const changes = z.strictObject({
    from: z.literal(older),
    to: z.string().nullable(),
    changes: z.array(snapshotChangeSchema),
  })
  const between = await line.run(['diff', older, newer, '--json'])
  expect(changes.parse(between.json()).changes).toMatchObject([
    { path: dotenv.slice(1), change: 'changed' },
  ])
  const now = await line.run(['diff', older])
  expect(now.code).toBe(0)
  expect(now.out).toMatch(/\n-RETENTION=15d\n(?:.*\n)?\+RETENTION=30d\n/)
  expect(now.out).toMatch(/-GF_ADMIN_PASSWORD=<secret \w{4}>\n/)
  expect(`${between.out}${now.out}`).not.toContain('horse')
  expect((await line.run(['diff', newer, newer])).out).toContain('Nothing differs from')
})

test('a look into a snapshot reads no pack', async () => {
  await line.run([...onlyFiles])
  await rename(join(repository, 'packs'), join(line.home, 'elsewhere'))
  expect((await line.run(['snapshots'])).code).toBe(0)
  expect((await line.run(['show', 'latest'])).code).toBe(0)
  expect((await line.run(['browse', 'latest', line.project])).out).toContain('docker-compose.yml')
})

test('an end of a name that several snapshots have is refused', async () => {
  const kept = await aRepository(repository)
  const ends = new Set<string>()
  // One of 32 signs is the last: two have the same before long.
  for (;;) {
    const { id } = await backUp(kept, aBackupSource({ file: `${ends.size}` }))
    if (ends.has(id.slice(-1))) break
    ends.add(id.slice(-1))
  }
  const { snapshots } = await listed()
  const [newest] = snapshots
  const said = await line.run(['show', newest?.id.slice(-1) ?? ''])
  expect(said).toMatchObject({ code: 3, out: '' })
  expect(said.err).toMatch(/: 2 snapshots end in .; give more of the name\. .* lists them\.\n$/)
  const whole = await line.run(['show', newest?.id ?? '', '--json'])
  expect(whole.json()).toMatchObject({ id: newest?.id })
})

test('what is no name of a snapshot is refused, and does not move the cursor', async () => {
  await backUp(await aRepository(repository), aBackupSource({ file: '' }))
  const paths = ['', ' ', '.', '..', '../../../etc/passwd', '/etc/passwd', '*', '$(reboot)']
  const odd = ['\u001b[2J\u001b]0;gone\u0007', 'Z_\n01M84', '\u202egnorw', '__proto__', 'ﬀ']
  for (const id of [...paths, ...odd, '9'.repeat(100_000)]) {
    for (const argv of [['show'], ['verify'], ['pin'], ['browse'], ['diff', 'latest']]) {
      const said = await line.run([...argv, '--', id])
      expect(said).toMatchObject({ code: 3, out: '' })
      expect(said.err).toMatch(/^odin-sentinel: .*lists them\.\n$/)
      expect(said.err.length).toBeLessThan(300)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not come through
      expect(said.err).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
    }
  }
})

test('names that somebody else gave do not move the cursor', async () => {
  const kept = await aRepository(repository)
  await backUp(kept, aBackupSource({ 'a\u001b[2Jb\nc': 'x', 'd\u202ee': 'y' }))
  const said = await line.run(['browse', 'latest', 'volume:data'])
  expect(said.out).toContain('a�[2Jb�c')
  expect(said.out).toContain('d�e')
  const exact = (await line.run(['browse', 'latest', 'volume:data', '--json'])).json()
  expect(exact).toMatchObject({ entries: [{ name: 'a\u001b[2Jb\nc' }, { name: 'd\u202ee' }] })
})

describe('damage', () => {
  beforeEach(async () => {
    await line.run([...onlyFiles])
    const pack = await packOf(dotenv)
    const bytes = await readFile(pack)
    await writeFile(pack, bytes.subarray(0, 10))
  })

  test('is named by pack and file, and the next step is told', async () => {
    expect((await line.run(['snapshots'])).code).toBe(0)
    const said = await line.run(['verify'])
    expect(said.code).toBe(1)
    expect(said.out).toMatch(/1 of 1 snapshot of odin is damaged/)
    expect(said.out).toMatch(/\n {4}pack [0-9a-f]{64}\n/)
    expect(said.out).toContain(`\n    lost configuration${dotenv}\n`)
    expect(said.out).toContain('Next: odin-sentinel backup keeps what is there now.')
    const told = (await line.run(['verify', 'latest', '--json'])).json()
    expect(told).toMatchObject({
      outcome: 'damaged',
      snapshots: [{ sound: false, packs: [expect.any(String)] }],
    })
    const list = await line.run(['snapshots'])
    expect(list.code).toBe(1)
    expect(list.out).toMatch(/damaged \(\d files\)/)
    expect((await line.run(['show', 'latest'])).code).toBe(1)
  })

  test('costs an extract only what is lost', async () => {
    const to = join(line.home, 'back')
    const said = await line.run(['extract', 'latest', dotenv, '--to', to])
    expect(said.code).toBe(1)
    expect(said.out).toContain(`The backup of configuration${dotenv} is damaged`)
  })
})

test('a snapshot whose papers are damaged is listed by name', async () => {
  await line.run([...onlyFiles])
  const [id = ''] = await readdir(join(repository, 'snapshots'))
  await writeFile(join(repository, 'snapshots', id, 'manifest.json'), '{')
  const list = await line.run(['snapshots'])
  expect(list.code).toBe(1)
  expect(list.out).toContain(`${id} cannot be read:`)
  const shown = await line.run(['show', id.slice(-8)])
  expect(shown.code).toBe(1)
  expect(shown.err).toContain(`Snapshot ${id} cannot be read:`)
})

test('extract gives back what was kept, over nothing and nowhere else', async () => {
  await line.run([...onlyFiles])
  const to = join(line.home, 'back')
  const said = await line.run(['extract', 'latest', line.project, '--to', to, '--json'])
  expect(said.json()).toMatchObject({ files: 3, to, places: [join(to, 'odin')], problems: [] })
  expect(await readFile(join(to, 'odin/.env'))).toEqual(await readFile(dotenv))
  const again = await line.run(['extract', 'latest', line.project, '--to', to])
  expect(again.code).toBe(4)
  expect(again.err).toContain(`${join(to, 'odin')} is there already, and nothing is overwritten.`)
  for (const path of ['configuration/../../etc', 'nothing', 'configuration/nothing']) {
    const wrong = await line.run(['extract', 'latest', path, '--to', to])
    expect(wrong).toMatchObject({ code: 3, out: '' })
    expect(wrong.err).toContain('odin-sentinel browse')
  }
  expect(await readdir(to)).toEqual(['odin'])
  expect((await line.run(['extract', 'latest', '/'])).code).toBe(3)
})

test('pins are set, told and taken off', async () => {
  await line.run([...onlyFiles])
  expect((await line.run(['pin', 'latest', 'for the auditor'])).out).toContain('(for the auditor)')
  expect((await listed()).snapshots).toMatchObject([{ pinned: 'for the auditor' }])
  expect((await line.run(['pin', 'latest', ' '])).out).toContain('(by hand)')
  expect((await line.run(['unpin', 'latest', '--json'])).json()).toMatchObject({ pinned: null })
  expect((await listed()).snapshots).toMatchObject([{ pinned: null }])
  expect((await line.run(['unpin', 'latest'])).out).toContain('was not pinned')
})

test('prune says why, changes nothing when it is asked to, and lets go by way of the trash', async () => {
  line = await aCommandLine(
    'backup: { keep: { last: 1, hourly: 0, daily: 0, weekly: 0, monthly: 0 } }\n',
  )
  repository = join(line.home, 'data/odin-sentinel/backups/odin')
  for (const text of ['1', '2', '3', '4']) {
    await line.write('prometheus/prometheus.yml', text)
    await line.run([...onlyFiles])
  }
  const before = (await listed()).snapshots.map(({ id }) => id)
  const dry = await line.run(['prune', '--dry-run'])
  expect(dry.code).toBe(0)
  expect(dry.out).toContain('2 snapshots of odin would go, 2 snapshots stay')
  expect(dry.out).toContain(`- ${before[3]?.slice(-8).toLowerCase()}`)
  expect(dry.out).toContain('one of the two newest that are verified')
  expect((await listed()).snapshots).toHaveLength(4)
  const done = await line.run(['prune', '--json'])
  expect(done.json()).toMatchObject({
    outcome: 'done',
    forget: [{ id: before[2] }, { id: before[3] }],
    keep: [{ id: before[0] }, { id: before[1] }],
  })
  expect((await listed()).snapshots.map(({ id }) => id)).toEqual(before.slice(0, 2))
  expect(await readdir(join(repository, 'trash'))).toHaveLength(1)
})

test('Ctrl+C in the middle costs nothing', async () => {
  await line.run([...onlyFiles])
  await line.write('prometheus/prometheus.yml', Buffer.alloc(4_000_000, 'x'))
  let told = ''
  const said = await line.run([...onlyFiles], {
    onTerminal(text) {
      told += text
      if (/reading {2}/.test(text)) process.emit('SIGINT')
    },
  })
  expect(said.code).toBe(4)
  expect(said.out).toContain('Cancelled; earlier snapshots are as they were.')
  expect(said.out).toContain('Nothing was lost')
  expect(told).toContain('Cancelling; what was begun is put back first.')
  expect((await listed()).snapshots).toHaveLength(1)
  expect((await listed()).broken).toEqual([])
  expect(await readdir(join(repository, 'tmp'))).toEqual([])
  expect((await line.run([...onlyFiles])).code).toBe(0)
  expect((await line.run(['verify'])).code).toBe(0)
})

test('progress is shown on a terminal alone, and taken away', async () => {
  let told = ''
  await line.run([...onlyFiles], {
    onTerminal(text) {
      told += text
    },
  })
  expect(told).toContain('reading  Configuration')
  expect(told.endsWith('\r\u001b[K')).toBe(true)
  expect((await line.run([...onlyFiles])).err).toBe('')
})

describe('the stack', () => {
  test('is said by its name where there are several', async () => {
    const text = await readFile(line.stackFile, 'utf8')
    const other = join(line.home, 'config/odin-sentinel/thor.stack.yaml')
    await writeFile(other, text.replace('name: odin ', 'name: thor '))
    const said = await line.run(['snapshots'])
    expect(said.code).toBe(3)
    expect(said.err).toContain('There are several stacks: odin, thor.')
    expect((await line.run(['snapshots', '--stack', 'thor'])).out).toContain('of thor yet')
    expect((await line.run(['snapshots', '--stack', 'loki'])).err).toContain('no stack loki')
  })

  test('is adopted first where there is none', async () => {
    await rm(join(line.home, 'config'), { recursive: true })
    const said = await line.run(['backup'])
    expect(said.code).toBe(3)
    expect(said.err).toContain('odin-sentinel adopt')
  })

  test('that is broken is backed up as it was last read, and it is said', async () => {
    expect((await line.run(['snapshots'])).err).toBe('')
    await writeFile(line.stackFile, 'version: 1\nname: [')
    const said = await line.run([...onlyFiles])
    expect(said.code).toBe(0)
    expect(said.err).toContain('stays in force')
  })
})

test('what the disk refuses is could-not-see', async () => {
  await mkdir(repository, { recursive: true })
  await mkdir(join(repository, 'ODIN-BACKUP'))
  const said = await line.run(['snapshots'])
  expect(said).toMatchObject({ code: 2, out: '' })
  expect((await stat(repository)).isDirectory()).toBe(true)
})
