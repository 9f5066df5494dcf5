import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aKeptStack, prometheusImage, scrapesItself } from './a-kept-stack.ts'
import { type Lab, startLab } from './engines.ts'
import { sentinel } from './sentinel.ts'
import { setUp } from './set-up.ts'

// Drills on both engines: a real Prometheus is started on what a snapshot has of a real one, and
// nothing of it is left afterwards.

const project = 'drilled'
const scrape = scrapesItself({ others: { nobody: '127.0.0.1:1' } })
let lab: Lab
const contexts = ['desktop-linux', 'native'] as const
const docker = async (context: string, ...args: string[]) =>
  (await lab.docker(['--context', context, ...args])).stdout

beforeAll(async () => {
  lab = await startLab()
  const directory = join(lab.stackDirectory, project)
  await mkdir(directory)
  const idle = { writer: 'writer:/data' }
  const compose = aKeptStack(project, { idle, restart: 'unless-stopped' })
  await writeFile(join(directory, 'compose.yml'), compose)
  await writeFile(join(directory, 'prometheus.yml'), scrape)
  await givePromtool()
  await docker('desktop-linux', 'compose', '-f', join(directory, 'compose.yml'), 'up', '-d')
  const fill =
    'echo kept > /data/file; mkdir /data/sub; dd if=/dev/zero of=/data/sub/large bs=1M count=8'
  await docker('desktop-linux', 'exec', `${project}-writer-1`, 'busybox', 'sh', '-c', fill)
  await untilSamples()
  const said = await run('adopt', project, '--name', 'drilled')
  expect(said.code, said.stderr).toBe(0)
})
afterAll(() => lab?.close())

/** As the image has it that people use; Debian's program came without. On one engine alone. */
async function givePromtool(): Promise<void> {
  const { promtool } = await setUp()
  const id = (await docker('desktop-linux', 'create', prometheusImage)).trim()
  await docker('desktop-linux', 'cp', promtool, `${id}:/bin/promtool`)
  await docker('desktop-linux', 'commit', id, prometheusImage)
  await docker('desktop-linux', 'rm', id)
}

/** The program itself counts; asked until it has some of both jobs. */
async function untilSamples(): Promise<void> {
  const url =
    'http://127.0.0.1:9090/api/v1/query?query=count(count_over_time(up%5B1h%5D)%20%3E%203)'
  const wget = ['exec', `${project}-prometheus-1`, 'wget', '-q', '-O', '-', url]
  for (;;) {
    const said = await docker('desktop-linux', ...wget).catch(() => '')
    if (/"value":\[[^,]+,"2"\]/.test(said)) return
  }
}

const run = (...args: string[]) => sentinel(lab, args)
const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await run(...args, '--json')
  if (stdout === '') throw new Error(stderr)
  return { code, said: JSON.parse(stdout) }
}

/** Everything that an engine has. */
const inventory = async (context: string): Promise<string> => {
  const parts = await Promise.all([
    docker(context, 'ps', '-a', '--no-trunc', '--format', '{{.ID}} {{.Names}}'),
    docker(context, 'volume', 'ls', '--format', '{{.Name}}'),
    docker(context, 'network', 'ls', '--no-trunc', '--format', '{{.ID}} {{.Name}}'),
    docker(context, 'image', 'ls', '--no-trunc', '--format', '{{.ID}}'),
  ])
  return parts.map((part) => part.split('\n').toSorted().join('\n')).join('\n')
}
const inventories = () => Promise.all(contexts.map(inventory))

const state = () => join(lab.env['HOME'] ?? '', '.local/state/odin-sentinel')
const pendingFiles = () => readdir(join(state(), 'backup/pending')).catch(() => [])

async function backup(): Promise<string> {
  const { said } = await json('backup')
  expect(said.snapshot, JSON.stringify(said)).toBeDefined()
  return said.snapshot
}

test.each([
  ['home', [], /promtool accepts prometheus.yml of drilled\/prometheus/],
  ['another engine', ['--context', 'native'], /./],
])(
  'the newest snapshot proves restorable on %s, and nothing is left there',
  async (_, where, as) => {
    const snapshot = await backup()
    const before = await inventories()
    const { code, said } = await json('drill', ...where)
    expect(said).toMatchObject({ outcome: 'done', snapshot })
    expect(code).toBe(0)
    expect(said.sentence).toMatch(
      /^Snapshot \w{8} is restorable: Prometheus answered after [\d.]+ s with 2 jobs, .*1 volume came back whole; [\d.]+ s in all\.$/,
    )
    expect(said.sentence).toMatch(as)
    expect(said.recoverMilliseconds).toBeGreaterThan(0)
    expect(said.provenAt).toMatch(/^\d{4}-/)
    expect(await inventories()).toEqual(before)
    expect(await pendingFiles()).toEqual([])
    const { said: shown } = await json('snapshots')
    expect(shown.snapshots[0]).toMatchObject({ id: snapshot, provenAt: said.provenAt })
  },
)

test('a configuration that its program does not accept does not prove', async () => {
  const file = join(lab.stackDirectory, project, 'prometheus.yml')
  await writeFile(file, scrape.replace('scrape_interval', 'scrape_intervall'))
  await backup()
  const before = await inventories()
  const { code, said } = await json('drill')
  await writeFile(file, scrape)
  expect(code).toBe(4)
  expect(said.outcome).toBe('failed')
  expect(said.sentence).toContain(
    'did not prove restorable: promtool does not accept prometheus.yml of drilled/prometheus',
  )
  expect(said.sentence).toContain('scrape_intervall')
  expect(await inventories()).toEqual(before)
})

test('an engine that lacks the image is told with what to do, and is left as it was', async () => {
  await docker('native', 'tag', prometheusImage, 'kept:1')
  await docker('native', 'rmi', prometheusImage)
  const id = (await docker('native', 'image', 'inspect', '-f', '{{.Id}}', 'kept:1')).trim()
  await docker('native', 'save', '-o', join(lab.directory, 'kept.tar'), 'kept:1')
  await docker('native', 'rmi', id)
  const before = await inventories()
  const { code, said } = await json('drill', '--context', 'native')
  expect(code).toBe(4)
  expect(said.outcome).toBe('failed')
  expect(said.problems.join(' ')).toContain('has no image prom/prometheus:v2.53.3')
  expect(await inventories()).toEqual(before)
  await docker('native', 'load', '-i', join(lab.directory, 'kept.tar'))
  await docker('native', 'tag', 'kept:1', prometheusImage)
})

test('a drill that is killed leaves nothing behind the next run', async () => {
  await backup()
  const before = await inventories()
  const told = event('native', 'type=container', 'event=start', 'label=io.odin-sentinel.drill')
  const child = start('drill', '--context', 'native')
  await told
  await lab.machine.signal(child, 'SIGKILL')
  expect(await inventories()).not.toEqual(before)
  expect(await pendingFiles()).toHaveLength(1)
  const { said } = await json('drill', '--context', 'native')
  expect(said.outcome).toBe('done')
  expect(await inventories()).toEqual(before)
  expect(await pendingFiles()).toEqual([])
})

test('a drill that is cancelled takes down what it made', async () => {
  const before = await inventories()
  const told = event('native', 'type=volume', 'event=create')
  const child = start('drill', '--context', 'native')
  const ended = new Promise((resolve) => child.once('close', resolve))
  await told
  await lab.machine.signal(child, 'SIGINT')
  await ended
  expect(await inventories()).toEqual(before)
  expect(await pendingFiles()).toEqual([])
})

test('a snapshot with a broken block does not prove, and is marked as damaged', async () => {
  const snapshot = await backup()
  const repository = join(lab.env['HOME'] ?? '', '.local/share/odin-sentinel/backups/drilled')
  const packed = await readFile(join(repository, 'snapshots', snapshot, 'FILES.tsv.zst'))
  const list = zstdDecompressSync(packed).toString()
  const block = list.split('\n').find((line) => /\tprometheus:\S+\t\S+\/index\t/.test(line))
  const pack =
    block?.split('\t').find((cell, index) => index > 0 && /^[0-9a-f]{64}$/.test(cell)) ?? ''
  const path = join(repository, 'packs', pack.slice(0, 2), `${pack}.tar.zst`)
  const bytes = await readFile(path)
  const middle = Math.floor(bytes.length / 2)
  bytes[middle] = (bytes[middle] ?? 0) ^ 0x40
  await chmod(path, 0o600)
  await writeFile(path, bytes)
  const before = await inventories()
  const { code, said } = await json('drill', snapshot.slice(-8), '--context', 'native')
  expect(said).toMatchObject({ outcome: 'damaged', snapshot, provenAt: null })
  expect(code).toBe(1)
  expect(said.sentence).toContain('is damaged, so it is not restorable as a whole')
  expect(await inventories()).toEqual(before)
  const { said: shown } = await json('snapshots')
  expect(shown.snapshots[0].damaged.join(' ')).toContain('prometheus:drilled/prometheus/')
})

function start(...args: string[]) {
  const cli = join(import.meta.dirname, '../../electron/cli.ts')
  const [program, ...rest] = lab.machine.inside('terminal', [process.execPath, cli, ...args])
  return spawn(program, rest, { env: { ...lab.env }, stdio: 'ignore' })
}

/** The first of these that the engine tells of from now on. */
async function event(context: string, ...filters: string[]): Promise<void> {
  const since = String(Math.floor(Date.now() / 1000))
  const wanted = filters.flatMap((one) => ['--filter', one])
  const command = ['docker', '--context', context, 'events', '--since', since, ...wanted]
  const [program, ...args] = lab.machine.inside('terminal', command)
  const child = spawn(program, args, { env: { ...lab.env }, stdio: ['ignore', 'pipe', 'ignore'] })
  await once(child.stdout, 'data')
  await lab.machine.signal(child, 'SIGTERM')
}
