import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Mount } from '../../../../shared/domain/container.ts'
import type { BackupChoices, Stack } from '../../../../shared/domain/stack.ts'
import { aContainer, aStack } from '../../../../test/support/a-world.ts'
import type { BackupSource } from '../source.ts'
import { configurationSource, hostSources } from './configuration.ts'
import type { HostFilesParts } from './host-files.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'configuration-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const signal = AbortSignal.timeout(60_000)
const odin = (...parts: string[]) => join(directory, 'odin', ...parts)

async function write(files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    const file = join(directory, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }
}

type Asked = {
  files?: readonly string[]
  envFiles?: readonly string[]
  config?: readonly string[]
  backup?: Partial<BackupChoices>
}

function stackOf({ files = ['compose.yml'], envFiles = [], config = [], backup }: Asked): Stack {
  const services = [{ name: 'prometheus', image: 'prom/prometheus', ports: [], config }]
  const starts = [{ files: files.map((file) => odin(file)), envFiles, services }]
  return {
    ...aStack(),
    projects: [{ name: 'odin', workingDir: odin(), starts }],
    ...(backup && { backup: backup as BackupChoices }),
  }
}

const mounted = (...mounts: Partial<Mount>[]) =>
  aContainer({
    service: 'prometheus',
    workingDir: odin(),
    mounts: mounts.map((mount) => ({
      type: 'bind',
      source: '',
      destination: '/x',
      readOnly: true,
      ...mount,
    })),
  })

const parts = (asked: Asked, rest: Partial<HostFilesParts> = {}): HostFilesParts => ({
  stack: stackOf(asked),
  containers: [],
  env: {},
  ...rest,
})

/** Paths as seen from the test's directory, with what is in the files. */
async function read(source: BackupSource | undefined) {
  if (!source) throw new Error('There is no such source.')
  const opened = await source.open(signal)
  const content: Record<string, string> = {}
  for await (const item of opened.items) {
    const path = source.kind === 'volume' ? item.path : `/${item.path}`.replace(`${directory}/`, '')
    if (item.type === 'symlink') content[path] = `→ ${item.linkTo}`
    else if (item.type === 'directory') content[path] = '/'
    else if (item.open) content[path] = (await buffer(await item.open())).toString()
  }
  await opened.close()
  const gaps = opened.gaps().map((gap) => gap.replaceAll(`${directory}/`, ''))
  return { content, paths: Object.keys(content), gaps, facts: opened.facts }
}

test('compose files and all that they lead to', async () => {
  await write({
    'odin/compose.yml': `
include: [logging/compose.yml]
services:
  prometheus:
    extends: { file: ../shared/base.yml, service: base }
    env_file:
      - \${STAGE}.env
secrets: { token: { file: token.txt } }
`,
    'odin/.env': 'STAGE=prod\n',
    'odin/prod.env': 'A=1',
    'odin/token.txt': 's3cret',
    'odin/logging/compose.yml':
      'services:\n  loki:\n    volumes:\n      - ./loki.yml:/etc/loki/loki.yml:ro\n',
    'odin/logging/loki.yml': 'auth_enabled: false',
    'shared/base.yml': 'services: { base: { env_file: base.env } }',
    'shared/base.env': 'B=2',
    'odin/unrelated.txt': 'x',
    'config/stack.yaml': 'version: 1',
  })
  const ownFiles = [join(directory, 'config', 'stack.yaml')]
  const { content, gaps, facts } = await read(configurationSource(parts({}, { ownFiles })))
  expect(Object.keys(content)).toEqual([
    'config/stack.yaml',
    'odin/.env',
    'odin/compose.yml',
    'odin/logging/compose.yml',
    'odin/logging/loki.yml',
    'odin/prod.env',
    'odin/token.txt',
    'shared/base.env',
    'shared/base.yml',
  ])
  expect(content['odin/prod.env']).toBe('A=1')
  expect(gaps).toEqual([])
  expect(facts).toEqual({ pathsBeginAt: '/' })
})

test('what is given by --env-file counts instead of .env, and the environment before both', async () => {
  await write({
    'odin/compose.yml':
      'services:\n  a:\n    env_file: $A.env\n  b:\n    env_file: $B.env\n  c:\n    env_file: $C.env\n',
    'odin/.env': 'C=c\n',
    'odin/given.env': 'A=a\nB=b\n',
    'odin/a.env': '',
    'odin/other.env': '',
  })
  const asked = parts({ envFiles: [odin('given.env')] }, { env: { B: 'other' } })
  const { paths, gaps } = await read(configurationSource(asked))
  expect(paths).toEqual(['odin/a.env', 'odin/compose.yml', 'odin/given.env', 'odin/other.env'])
  expect(gaps).toEqual([
    'odin/compose.yml: The env file of c is $C.env, and nothing here gives its variable a value.',
  ])
})

test('what is missing is said, and the rest is kept', async () => {
  await write({ 'odin/b.yml': 'services: { a: { env_file: [{ path: x.env, required: false }] } }' })
  const { paths, gaps } = await read(
    configurationSource(parts({ files: ['a.yml', 'b.yml'], config: [odin('prometheus.yml')] })),
  )
  expect(paths).toEqual(['odin/b.yml'])
  expect(gaps).toEqual([
    'odin/a.yml is missing, expected the compose file of odin.',
    'odin/prometheus.yml is missing, expected the configuration of odin/prometheus.',
  ])
})

test('a compose file that is a link comes with what it leads to', async () => {
  await write({
    'dotfiles/compose.yml': 'services: { a: { env_file: a.env } }',
    'odin/a.env': 'A=1',
  })
  await symlink('../dotfiles/compose.yml', odin('compose.yml'))
  const { content } = await read(configurationSource(parts({})))
  expect(content).toEqual({
    'odin/a.env': 'A=1',
    'odin/compose.yml': '→ ../dotfiles/compose.yml',
    'dotfiles/compose.yml': 'services: { a: { env_file: a.env } }',
  })
})

test('mounted configuration, and directories of data as components of their own', async () => {
  await write({
    'odin/compose.yml': 'services: {}',
    'odin/prometheus/prometheus.yml': 'global: {}',
    'odin/prometheus/rules/a.yml': 'groups: []',
    'odin/prometheus-data/wal/000001': 'wal',
    'odin/prometheus-data/lock': '',
    'elsewhere/models/huge': 'x',
  })
  const server = createServer().listen(odin('docker.sock'))
  try {
    const containers = [
      mounted(
        { source: odin('prometheus'), destination: '/etc/prometheus' },
        { source: odin('prometheus-data'), destination: '/prometheus', readOnly: false },
        { source: odin('docker.sock'), destination: '/var/run/docker.sock' },
        { source: '/', destination: '/host' },
        { source: '/proc', destination: '/host/proc' },
        { source: '/sys', destination: '/host/sys', readOnly: false },
        { source: odin('../elsewhere/models'), destination: '/models' },
        { type: 'volume', source: 'odin_data', destination: '/data', readOnly: false },
      ),
    ]
    const sources = await hostSources(parts({}, { containers }))
    expect(sources.map(({ id, kind, packing }) => [id, kind, packing])).toEqual([
      ['configuration', 'configuration', 'self-contained'],
      [`volume:${odin('prometheus-data')}`, 'volume', 'new-files'],
    ])
    const { paths, gaps } = await read(sources[0])
    expect(paths).toEqual([
      'odin/compose.yml',
      'odin/prometheus',
      'odin/prometheus/prometheus.yml',
      'odin/prometheus/rules',
      'odin/prometheus/rules/a.yml',
    ])
    expect(gaps).toEqual([])
    const data = await read(sources[1])
    expect(data.content).toEqual({ '.': '/', lock: '', wal: '/', 'wal/000001': 'wal' })
    expect(data.facts).toEqual({
      hostPath: odin('prometheus-data'),
      mounts: 'odin/prometheus:/prometheus',
    })
  } finally {
    server.close()
  }
})

test('a directory of data within one of configuration is not read twice', async () => {
  await write({
    'odin/compose.yml': '',
    'odin/grafana/grafana.ini': 'x',
    'odin/grafana/data/db': 'y',
  })
  const containers = [
    mounted(
      { source: odin('grafana'), destination: '/etc/grafana' },
      { source: odin('grafana', 'data'), destination: '/var/lib/grafana', readOnly: false },
    ),
  ]
  const sources = await hostSources(parts({}, { containers }))
  expect((await read(sources[0])).paths).toEqual([
    'odin/compose.yml',
    'odin/grafana',
    'odin/grafana/grafana.ini',
  ])
  expect((await read(sources[1])).paths).toEqual(['.', 'db'])
})

test('configuration that is too much of it is data', async () => {
  await write({ 'odin/compose.yml': '', 'odin/conf/a': '1', 'odin/conf/b/c': '2' })
  const limits = { files: 2, bytes: 1_000 }
  const asked = parts({ config: [odin('conf')] }, { limits })
  const sources = await hostSources(asked)
  expect(sources.map(({ id }) => id)).toEqual(['configuration', `volume:${odin('conf')}`])
  expect((await read(sources[0])).paths).toEqual(['odin/compose.yml'])
  await write({ 'odin/dump.sql': 'x'.repeat(2_000) })
  const large = parts({ config: [odin('dump.sql')] }, { limits })
  expect((await read(configurationSource(large))).gaps).toEqual([
    'odin/dump.sql is larger than any configuration, and is left out.',
  ])
})

test('directories that the stack file leaves out, and the repository itself', async () => {
  await write({ 'odin/compose.yml': '', 'odin/conf/a': '1', 'odin/cache/x': '2' })
  await mkdir(odin('conf', 'backups'))
  const backup = { repository: odin('conf', 'backups'), withoutVolumes: ['*/cache'] }
  const containers = [
    mounted({ source: odin('cache'), destination: '/cache', readOnly: false }),
    mounted({ source: odin('conf'), destination: '/conf' }),
  ]
  const sources = await hostSources(parts({ backup }, { containers }))
  expect(sources.map(({ id }) => id)).toEqual(['configuration'])
  const { paths, facts } = await read(sources[0])
  expect(paths).toEqual(['odin/compose.yml', 'odin/conf', 'odin/conf/a'])
  expect(facts['leftOut']).toBe(`${odin('cache')} is left out, as the stack file says.`)
})

test('what images are built from, without what is made anew', async () => {
  await write({
    'odin/compose.yml': 'services: { claude-exporter: { build: ./exporter } }',
    'odin/exporter/Dockerfile': 'FROM scratch',
    'odin/exporter/main.py': 'print()',
    'odin/exporter/node_modules/x/y.js': '',
    'odin/exporter/.git/HEAD': '',
  })
  const { paths } = await read(configurationSource(parts({})))
  expect(paths).toEqual([
    'odin/compose.yml',
    'odin/exporter',
    'odin/exporter/Dockerfile',
    'odin/exporter/main.py',
  ])
})

test('who writes is stopped before data is read and started again after it', async () => {
  await write({ 'odin/compose.yml': '', 'odin/data/x': '1' })
  const said: string[] = []
  const sources = await hostSources({
    ...parts({}),
    containers: [mounted({ source: odin('data'), destination: '/data', readOnly: false })],
    async quiesce({ usedBy }) {
      said.push(`stop ${usedBy[0]?.service}`)
      return { consistency: 'stopped', close: async () => void said.push('start') }
    },
  })
  const opened = await sources[1]?.open(signal)
  expect(opened?.consistency).toBe('stopped')
  await opened?.close()
  expect(said).toEqual(['stop prometheus', 'start'])
})
