import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectEngine } from '../../electron/adapters/docker/engine-client.ts'
import { hostAndPort } from '../../shared/assess/monitoring/answers.ts'
import { type Asker, type Reach, reach } from '../../shared/assess/monitoring/reachability.ts'
import type { Container } from '../../shared/domain/container.ts'
import type { EngineKind } from '../../shared/domain/engine.ts'
import type { Listener } from '../../shared/domain/port.ts'
import type { Reading } from '../../shared/domain/reading.ts'
import { type Lab, startLab } from './engines.ts'
import { setUp } from './set-up.ts'

// What the table says of an address before anybody asks, beside what a real Prometheus says after
// it has asked. Host networking of Docker Desktop cannot be built here, nor its own network, nor
// that it leads to a listener on the loopback of the host.

const project = 'reach'
const everywhere = 9182
const onLoopback = 9183

/** Where a Prometheus stands. */
const places: Readonly<Record<string, { yaml: string; engines?: EngineKind[] }>> = {
  'on the network of the stack': { yaml: '' },
  'with extra_hosts': { yaml: 'extra_hosts: ["host.docker.internal:host-gateway"]' },
  'on the default bridge': { yaml: 'network_mode: bridge' },
  'in the network of the host': { yaml: 'network_mode: host', engines: ['native'] },
}
const names = Object.keys(places)
const serviceOf = (place: string): string => `prometheus-${names.indexOf(place)}`

const image = 'prometheusnet/docker_exporter:1.1.0'
const composeFile = (directory: string): string => `
name: ${project}
networks: { other: {} }
services:
  near: { image: '${image}', pull_policy: never }
  apart: { image: '${image}', pull_policy: never, networks: [other] }
${names
  .map(
    (place) => `
  ${serviceOf(place)}:
    image: prom/prometheus:v2.53.3
    pull_policy: never
    command:
      - --config.file=/etc/prometheus.yml
      - --storage.tsdb.path=/tmp
    volumes: ['${directory}/prometheus.yml:/etc/prometheus.yml:ro']
    ${places[place]?.yaml}`,
  )
  .join('')}
`

const engines = [
  { kind: 'native', context: 'native' },
  { kind: 'docker-desktop', context: 'desktop-linux' },
] as const
type Kind = (typeof engines)[number]['kind']

let lab: Lab
let listeners: readonly Listener[]
const containers = new Map<Kind, readonly Container[]>()
const addresses = new Map<Kind, readonly string[]>()

beforeAll(async () => {
  lab = await startLab()
  const program = join((await setUp()).programs[1] ?? '', 'prometheus-node-exporter')
  const log = join(lab.directory, 'exporters.log')
  await lab.machine.start('host', [program, `--web.listen-address=:${everywhere}`], log)
  await lab.machine.start('host', [program, `--web.listen-address=127.0.0.1:${onLoopback}`], log)
  await Promise.all(engines.map(({ kind, context }) => bringUp(kind, context)))
  const script = join(import.meta.dirname, 'print-listeners.ts')
  const { stdout } = await lab.machine.run('host', [process.execPath, script])
  const reading = JSON.parse(stdout) as Reading<readonly Listener[]>
  if (reading.status === 'unknown') throw new Error(reading.failure.message)
  listeners = reading.value
})
afterAll(() => lab?.close())

async function bringUp(kind: Kind, context: string): Promise<void> {
  const directory = join(lab.directory, `reach-${kind}`)
  await mkdir(directory)
  await writeFile(join(directory, 'compose.yml'), composeFile(directory))
  await writeFile(join(directory, 'prometheus.yml'), '')
  const up = (...services: string[]) =>
    lab.docker([
      ...['--context', context, 'compose', '--progress', 'quiet'],
      ...['-f', join(directory, 'compose.yml'), 'up', '-d', ...services],
    ])
  await up('near', 'apart')
  const socket = (kind === 'native' ? lab.native : lab.desktop).socket
  const client = connectEngine({ kind: 'unix', endpoint: `unix://${socket}`, path: socket })
  const asked = addressesFor(kind, await client.containers([project]))
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [{ job_name: 'all', static_configs: [{ targets: asked }] }],
  }
  await writeFile(join(directory, 'prometheus.yml'), JSON.stringify(config))
  await up(...placesOn(kind).map(serviceOf))
  containers.set(kind, await client.containers([project]))
  addresses.set(kind, asked)
  client.close()
}

const placesOn = (kind: Kind): string[] =>
  names.filter((place) => places[place]?.engines?.includes(kind) ?? true)

/** One address for each line of the table, where it can be built on this engine. */
function addressesFor(kind: Kind, siblings: readonly Container[]): string[] {
  const on = (service: string) => siblings.find((one) => one.service === service)?.networks?.[0]
  const hosts = [
    ...['localhost', '127.0.0.1', 'host.docker.internal', 'gateway.docker.internal'],
    ...['host-gateway', '172.17.0.1', on('near')?.gateway ?? ''],
  ]
  return [
    ...['localhost:9090', 'near:9417', `${project}-near-1:9417`, 'apart:9417'],
    ...[`${on('near')?.ip}:9417`, `${on('apart')?.ip}:9417`],
    ...hosts.map((host) => `${host}:${everywhere}`),
    ...(kind === 'native'
      ? [
          ...['docker.for.mac.localhost', '192.168.65.254'].map((host) => `${host}:${everywhere}`),
          ...['host.docker.internal', '172.17.0.1'].map((host) => `${host}:${onLoopback}`),
        ]
      : []),
  ]
}

/** What the table says, by address; what it leaves open is not in it. */
function predicted(kind: Kind, place: string): Record<string, Reach['verdict']> {
  const all = containers.get(kind) ?? []
  const container = all.find(({ service }) => service === serviceOf(place))
  if (!container) throw new Error(`no Prometheus ${place}`)
  const asker: Asker = {
    container,
    engineKind: kind,
    siblings: all.filter((one) => one !== container),
    ownPorts: [9090],
    listeners,
  }
  const told = (addresses.get(kind) ?? []).flatMap((address) => {
    const at = hostAndPort(address)
    if (!at) throw new Error(`no address: ${address}`)
    const { verdict } = reach(asker, at)
    return verdict === 'cannot-tell' ? [] : [[address, verdict] as const]
  })
  return Object.fromEntries(told)
}

type Target = { health: string; discoveredLabels: { __address__: string } }

/** What Prometheus says, in the words of the table. */
async function seen(context: string, place: string): Promise<Record<string, string>> {
  const url = 'http://127.0.0.1:9090/api/v1/targets'
  const ask = ['wget', '-q', '-T', '2', '-O', '-', url]
  const name = `${project}-${serviceOf(place)}-1`
  const { code, stdout } = await lab.docker(['--context', context, 'exec', name, ...ask], {
    anyExitCode: true,
  })
  if (code !== 0) return {}
  const { data } = JSON.parse(stdout) as { data: { activeTargets: Target[] } }
  const words: Readonly<Record<string, string>> = { up: 'works', down: 'cannot' }
  return Object.fromEntries(
    data.activeTargets.map(({ health, discoveredLabels }) => [
      discoveredLabels.__address__,
      words[health] ?? health,
    ]),
  )
}

describe.each(engines)('on an engine that is $kind', ({ kind, context }) => {
  it.each(placesOn(kind))('what is predicted %s is what Prometheus reports', async (place) => {
    const expected = predicted(kind, place)
    expect(Object.keys(expected).length).toBeGreaterThan(8)
    await expect
      .poll(() => seen(context, place), { timeout: 30_000, interval: 500 })
      .toMatchObject(expected)
  })
})
