import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { aDockerDirectory } from '../../../../test/support/a-docker-directory.ts'
import { aStack } from '../../../../test/support/a-world.ts'
import { hostPrefix, type MachineParts, machineSource } from './machine.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'machine-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const signal = AbortSignal.timeout(60_000)
const notThere = Object.assign(new Error('There is no D-Bus system bus here.'), {
  code: 'not-found',
})
const noUnits = {
  scope: 'system' as const,
  units: {
    list: () => Promise.reject(notThere),
    files: () => Promise.reject(notThere),
  },
}

function parts(different: Partial<MachineParts> = {}): MachineParts {
  return {
    stack: aStack(),
    keepsSecrets: false,
    place: { env: { DOCKER_CONFIG: join(directory, 'docker') }, homeDirectory: directory },
    systemd: [noUnits],
    unitPatterns: ['my-*.service'],
    evidence: async () => ({ containers: [], images: {} }),
    render: async ({ project }) => ({ name: project }),
    etcDocker: join(directory, 'etc'),
    ...different,
  }
}

async function read(different: Partial<MachineParts> = {}) {
  const opened = await machineSource(parts(different)).open(signal)
  const content: Record<string, string> = {}
  for await (const item of opened.items) {
    if (item.open) content[item.path] = (await buffer(await item.open())).toString()
  }
  await opened.close()
  return { content, gaps: opened.gaps(), facts: opened.facts }
}

async function write(path: string, text: string): Promise<string> {
  const file = join(directory, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
  return `${hostPrefix}${file.slice(1)}`
}

const config = JSON.stringify({
  currentContext: 'desktop-linux',
  auths: { 'ghcr.io': { auth: 'YWRhOmh1bnRlcjI=' } },
})

test('contexts and settings of Docker, without keys and logins', async () => {
  const endpoints = { 'desktop-linux': 'unix:///d.sock', far: 'tcp://far:2376' }
  await aDockerDirectory(join(directory, 'docker'), endpoints, config)
  const key = await write('docker/contexts/tls/abc/docker/key.pem', 'PRIVATE')
  const daemon = await write('etc/daemon.json', '{"dns":["10.0.0.1"]}')
  const desktop = await write('docker/desktop/settings-store.json', '{"Cpus":4}')
  const { content, gaps, facts } = await read()
  expect(gaps).toEqual([])
  expect(content[daemon]).toBe('{"dns":["10.0.0.1"]}')
  expect(content[desktop]).toBe('{"Cpus":4}')
  expect(content[key]).toBeUndefined()
  expect(Object.keys(content).filter((path) => path.endsWith('/meta.json'))).toHaveLength(2)
  expect(JSON.parse(content['docker/contexts.json'] ?? '')).toMatchObject({
    current: { name: 'desktop-linux', source: 'config.json', endpoint: 'unix:///d.sock' },
    contexts: [{ name: 'default' }, { name: 'desktop-linux' }, { name: 'far' }],
  })
  expect(JSON.parse(content['docker/config.json'] ?? '')).toEqual({
    auths: { 'ghcr.io': {} },
    currentContext: 'desktop-linux',
  })
  expect(JSON.stringify(content)).not.toContain('YWRhOmh1bnRlcjI=')
  expect(facts['withheld']).toBe(
    `The TLS keys of a context.\nThe logins of ${join(directory, 'docker', 'config.json')}.`,
  )
})

test('an encrypted repository keeps them', async () => {
  await aDockerDirectory(join(directory, 'docker'), {}, config)
  const key = await write('docker/contexts/tls/abc/docker/key.pem', 'PRIVATE')
  const { content, facts } = await read({ keepsSecrets: true })
  expect(content[key]).toBe('PRIVATE')
  expect(content[`${hostPrefix}${join(directory, 'docker', 'config.json').slice(1)}`]).toBe(config)
  expect(facts).toEqual({ hostFilesBelow: hostPrefix })
})

test('a config.json that makes no sense is told without quoting it', async () => {
  await aDockerDirectory(join(directory, 'docker'), {}, '{"auths": {"a": {"auth": "hunter2"')
  const { gaps } = await read()
  expect(gaps).toEqual([
    `${join(directory, 'docker', 'config.json')} is not valid JSON (at position 34): no copy without its logins could be made.`,
  ])
})

test('units with their files, drop-ins, variables and state', async () => {
  const file = await write('systemd/node_exporter.service', '[Service]\n')
  const dropIn = await write('systemd/node_exporter.service.d/port.conf', '[Service]\n')
  const variables = await write('default/node_exporter', 'ARGS=')
  const at = (path: string) => `/${path.slice(hostPrefix.length)}`
  const unit = {
    name: 'node_exporter.service',
    scope: 'system' as const,
    description: 'Node exporter',
    load: 'loaded',
    active: 'active' as const,
    sub: 'running',
    enablement: 'enabled',
    mainPid: 42,
    result: 'success',
    activeSince: 1,
  }
  const asked: string[] = []
  const units = {
    async list(patterns: readonly string[]) {
      asked.push(...patterns)
      return [unit]
    },
    files: async () => [
      {
        name: unit.name,
        file: at(file),
        dropIns: [at(dropIn)],
        environmentFiles: [
          { path: at(variables), isOptional: false },
          { path: '/nowhere', isOptional: true },
        ],
        enablement: 'enabled',
        needsReload: false,
      },
    ],
  }
  const { content, gaps } = await read({ systemd: [{ scope: 'system', units }] })
  expect(asked).toContain('docker.service')
  expect(asked).toContain('*exporter*.service')
  expect(asked).toContain('my-*.service')
  expect(gaps).toEqual([])
  expect(content[file]).toBe('[Service]\n')
  expect(content[dropIn]).toBe('[Service]\n')
  expect(content[variables]).toBe('ARGS=')
  expect(JSON.parse(content['systemd/units.json'] ?? '')).toEqual([
    {
      name: 'node_exporter.service',
      description: 'Node exporter',
      active: 'active',
      sub: 'running',
      enablement: 'enabled',
      needsReload: false,
      file: at(file),
      dropIns: [at(dropIn)],
      environmentFiles: [at(variables), '/nowhere'],
    },
  ])
})

test('who listens where', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  try {
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    const { content } = await read()
    const ports: unknown[] = JSON.parse(content['ports.json'] ?? '')
    expect(ports).toContainEqual(
      expect.objectContaining({ port, protocol: 'tcp', address: '127.0.0.1' }),
    )
    expect(content['ports.json']).not.toContain('pid')
  } finally {
    server.close()
  }
})

test('containers, images and the rendered model', async () => {
  const inspect = { Id: 'c'.repeat(64), Config: { Env: ['TOKEN=hunter2hunter2'] } }
  const container = { name: 'odin-grafana-1', project: 'odin', service: 'grafana', inspect }
  const image = { image: 'grafana/grafana:13', id: 'sha256:1', digests: ['grafana@sha256:2'] }
  const { content, facts } = await read({
    evidence: async () => ({ containers: [container], images: { 'odin/grafana': image } }),
  })
  expect(JSON.parse(content['images.json'] ?? '')).toEqual({ 'odin/grafana': image })
  expect(JSON.parse(content['containers/odin-grafana-1.json'] ?? '')).toMatchObject({
    Config: { Env: ['TOKEN=<secret>'] },
  })
  expect(JSON.parse(content['compose/odin.json'] ?? '')).toMatchObject({ name: 'odin' })
  expect(facts['withheld']).toContain('values of variables')
})

test('each part that cannot be had is a gap by itself', async () => {
  const { content, gaps } = await read({
    evidence: () => Promise.reject(new Error('Nobody answers at unix:///d.sock.')),
    render: () => Promise.reject(new Error('The program docker is not there.')),
    systemd: [
      {
        scope: 'system',
        units: { ...noUnits.units, list: () => Promise.reject(new Error('systemd says: no.')) },
      },
    ],
    procRoot: join(directory, 'nothing'),
  })
  expect(Object.keys(content)).toEqual(['docker/contexts.json'])
  expect(gaps).toHaveLength(4)
  expect(gaps).toContain(
    'The containers and images are not described: Nobody answers at unix:///d.sock.',
  )
  expect(gaps).toContain('The rendered model of odin is missing: The program docker is not there.')
  expect(gaps).toContain('The systemd units are missing: systemd says: no.')
})

test('the same machine is the same texts', async () => {
  await aDockerDirectory(join(directory, 'docker'), { b: 'unix:///b', a: 'unix:///a' }, config)
  const procRoot = join(directory, 'proc')
  for (const list of ['tcp', 'tcp6', 'udp', 'udp6']) await write(`proc/net/${list}`, 'heading\n')
  expect(await read({ procRoot })).toEqual(await read({ procRoot }))
})
