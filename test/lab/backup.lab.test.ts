import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aKeptStack, scrapesItself } from './a-kept-stack.ts'
import { type Lab, startLab } from './engines.ts'
import { startPrometheus } from './host-programs.ts'
import { makeOddTree } from './odd-tree.ts'
import { run } from './run.ts'
import { sentinel } from './sentinel.ts'
import { setUp } from './set-up.ts'

// The whole way: a stack with real data is backed up by the command line, brought back by
// recover.sh alone in a container that has busybox and zstd, and a real Prometheus answers from it.

const project = 'keep'
let lab: Lab
let directory: string
let repository: string
/** As everything is asked before and afterwards. */
let moment: number
let before: string[]

const docker = (...args: string[]) => lab.docker(['--context', 'desktop-linux', ...args])
const volume = (name: string) =>
  join(lab.directory, `desktop/data/volumes/${project}_${name}/_data`)

beforeAll(async () => {
  lab = await startLab()
  directory = join(lab.stackDirectory, project)
  repository = join(lab.env['XDG_DATA_HOME'] ?? '', `odin-sentinel/backups/${project}`)
  await mkdir(directory)
  const compose = aKeptStack(project, { idle: { idle: 'odd:/data' } })
  await writeFile(join(directory, 'compose.yml'), compose)
  await writeFile(join(directory, 'prometheus.yml'), scrapesItself())
  await docker('compose', '-f', join(directory, 'compose.yml'), 'create')
  await makeOddTree(volume('odd'))
  await docker('compose', '-f', join(directory, 'compose.yml'), 'up', '-d')
  await makeBlock()
})
afterAll(() => lab?.close())

/** What it has in memory becomes a block of a snapshot, which is put among the data: a real block. */
async function makeBlock(): Promise<void> {
  await hasScraped(3)
  const take = ['busybox', 'wget', '-q', '--post-data=', '-O', '-']
  const url = 'http://127.0.0.1:9090/api/v1/admin/tsdb/snapshot'
  await lab.machine.run('host', [...take, url], { env: lab.env })
  const among = 'busybox mv /prometheus/snapshots/*/0* /prometheus/ && rm -rf /prometheus/snapshots'
  await docker('exec', `${project}-prometheus-1`, 'sh', '-c', among)
  await docker('restart', `${project}-prometheus-1`)
}

/** A program that has just begun has to scrape itself for a while. */
async function hasScraped(atLeast: number): Promise<void> {
  for (;;) {
    // What is written at this second may not be there yet.
    moment = Math.floor(Date.now() / 1000) - 3
    const said = await asked(queries[0]).catch(() => '')
    if (said !== '' && samplesIn(said) >= atLeast) return
  }
}

const queries = [
  'up%5B1d%5D',
  'count_over_time(up%5B1d%5D)',
  'sum(rate(prometheus_http_requests_total%5B1m%5D))by(handler)',
] as const
const queryUrl = (base: string, query: string) =>
  `${base}/api/v1/query?query=${query}&time=${moment}`

async function asked(query: string): Promise<string> {
  const wget = ['busybox', 'wget', '-q', '-T', '20', '-O', '-']
  const url = queryUrl('http://127.0.0.1:9090', query)
  return (await lab.machine.run('host', [...wget, url], { env: lab.env })).stdout
}

const samplesIn = (answer: string): number =>
  (JSON.parse(answer) as { data: { result: { values?: unknown[] }[] } }).data.result.flatMap(
    ({ values = [] }) => values,
  ).length

/** Every entry with kind, mode, owner, size, time and, of files, the content. */
async function listingOf(tree: string): Promise<string[]> {
  const facts = '%P\\t%y\\t%m\\t%U:%G\\t%l\\n'
  const { stdout } = await run('find', [tree, '!', '-type', 'p', '-printf', facts])
  const { stdout: sums } = await run('sh', [
    '-c',
    'cd "$1" && find . -type f -exec sha256sum {} + && find . -type f -printf "%p %Ts\\n"',
    'listing',
    tree,
  ])
  return `${stdout}${sums}`.split('\n').toSorted()
}

test('the whole stack is backed up, and nothing of its data is missing', async () => {
  const adopted = await sentinel(lab, ['adopt', project, '--name', project])
  expect(adopted.code, adopted.stderr).toBe(0)
  await hasScraped(8)
  before = await Promise.all(queries.map(asked))

  const said = await sentinel(lab, ['backup', '--json', '--note', 'the day before'])
  const outcome = JSON.parse(said.stdout)
  expect(['done', 'partial']).toContain(outcome.outcome)
  // The lab's terminal has no systemd; all else is there.
  expect(outcome.problems.filter((one: string) => !/systemd/.test(one))).toEqual([])
  const shown = JSON.parse((await sentinel(lab, ['show', 'latest', '--json'])).stdout)
  expect(shown).toMatchObject({ engine: { id: await lab.desktop.id(), context: 'desktop-linux' } })
  expect(shown.components.map(({ id }: { id: string }) => id).toSorted()).toEqual([
    'configuration',
    'machine',
    `prometheus:${project}/prometheus`,
    `volume:${project}_odd`,
  ])
  expect((await sentinel(lab, ['verify'])).code).toBe(0)
})

test('recover.sh alone brings everything back, byte for byte, and Prometheus answers the same', async () => {
  // The machine that was backed up may be gone: what it writes from now on is not asked for.
  const odd = await listingOf(volume('odd'))
  await docker('stop', '-t', '5', `${project}-prometheus-1`)
  const back = join(lab.directory, 'back')
  await mkdir(back)
  const { stdout: needs } = await run('ldd', ['/usr/bin/zstd'])
  const libraries = [...needs.matchAll(/(\/\S+) \(0x/g)].map(([, path]) => path ?? '')
  const lent = ['/usr/bin/zstd', ...libraries].flatMap((path) => ['-v', `${path}:${path}:ro`])
  const said = await docker(
    ...['run', '--rm', '--network', 'none', '-v', `${repository}:/repository:ro`],
    ...['-v', `${back}:/back`, ...lent, 'busybox:1.37'],
    ...['sh', '/repository/recover.sh', 'latest', '/back/all'],
  )
  expect(said.stderr).toBe('')
  expect(said.stdout).toMatch(/^\d+ files of \S+ are in \/back\/all\.\n$/)

  expect(await listingOf(join(back, `all/volume=${project}_odd`))).toEqual(odd)
  const configuration = join(back, 'all/configuration')
  for (const name of ['compose.yml', 'prometheus.yml']) {
    const path = join(directory, name)
    expect(await readFile(join(configuration, path))).toEqual(await readFile(path))
  }

  const restored = join(back, `all/prometheus=${project}+prometheus`)
  // The one that was there, and what was in memory.
  expect((await readdir(restored)).filter((name) => name.startsWith('01'))).toHaveLength(2)
  const place = join(lab.directory, 'elsewhere')
  await mkdir(place)
  await writeFile(join(place, 'prometheus.yml'), 'scrape_configs: []\n')
  await run('cp', ['-a', restored, join(place, 'data')])
  const prometheus = await startPrometheus(await setUp(() => {}), place)
  try {
    for (const [at, query] of queries.entries()) {
      const answer = await (await fetch(queryUrl(prometheus.url, query))).text()
      expect(JSON.parse(answer)).toEqual(JSON.parse(before[at] ?? ''))
    }
  } finally {
    await prometheus.stop()
  }
})
