import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { containerFromInspect } from './container-from-inspect.ts'
import { inspectAnswer } from './engine-answers.ts'

const recorded = JSON.parse(
  await readFile(
    new URL('../../../test/fixtures/docker/inspect-api-1.45.json', import.meta.url),
    'utf8',
  ),
)

const from = (answer: unknown) => containerFromInspect(inspectAnswer.parse(answer))

/** As small as an answer gets: Go's nulls and zero times. */
const bare = {
  Id: 'f00',
  Name: '/x',
  Created: '2026-01-01T00:00:00Z',
  Image: 'sha256:1',
  State: {
    Status: 'created',
    StartedAt: '0001-01-01T00:00:00Z',
    FinishedAt: '0001-01-01T00:00:00Z',
  },
  Config: { Image: 'x', Labels: null },
  HostConfig: { PortBindings: null },
  NetworkSettings: { Ports: {} },
  Mounts: null,
}

describe('a recorded answer of API 1.45', () => {
  const container = from(recorded)

  test('who it is', () => {
    expect(container).toMatchObject({
      name: 'odin-prometheus-1',
      project: 'odin',
      service: 'prometheus',
      number: 1,
      oneOff: false,
      image: 'prom/prometheus:v2.42.0',
      restartPolicy: 'no',
      state: 'running',
    })
    expect(container.imageId).toMatch(/^sha256:eee0976a/)
    expect(container.createdAt).toBe(Date.parse('2026-11-23T04:32:47.202Z'))
    expect(container.finishedAt).toBeUndefined()
  })

  test('its healthcheck that cannot run', () => {
    expect(container.health).toBe('unhealthy')
    expect(container.lastHealthcheck?.exitCode).toBe(127)
    expect(container.lastHealthcheck?.output).toContain('libresolv.so.2')
  })

  test('ports wanted and got', () => {
    expect(container.portsWanted).toEqual([
      { containerPort: 9090, protocol: 'tcp', hostIp: '', hostPort: 9090 },
    ])
    expect(container.portsGot.map(({ hostPort }) => hostPort)).toContain(9090)
  })

  test('its networks, and what it is called there', () => {
    expect(container).toMatchObject({
      networkMode: 'odin_odin',
      extraHosts: [],
      dns: [],
      gpuRequested: false,
      networks: [{ name: 'odin_odin', ip: '172.20.0.3', gateway: '172.20.0.1' }],
    })
    expect(container.networks?.[0]?.names).toEqual([
      'odin-prometheus-1',
      'prometheus',
      'a3053658153b',
    ])
  })

  test('mounts', () => {
    const sources = container.mounts.map(({ type, source }) => [type, source])
    expect(sources).toContainEqual(['volume', 'odin_promdata'])
    expect(sources).toContainEqual(['bind', '/home/odin/stack/prometheus.yml'])
  })
})

test('null and nothing are the same', () => {
  expect(from(bare)).toMatchObject({
    name: 'x',
    project: '',
    health: 'none',
    exitCode: 0,
    oomKilled: false,
    restartPolicy: 'no',
    portsWanted: [],
    portsGot: [],
    mounts: [],
    composeFiles: [],
    envFiles: [],
  })
  expect(from(bare)).not.toHaveProperty('startedAt')
})

test('a port that was taken leaves its words', () => {
  const error = 'driver failed programming external connectivity: port is already allocated'
  const answer = {
    ...bare,
    State: { ...bare.State, ExitCode: 128, Error: error },
    HostConfig: {
      PortBindings: { '53/udp': [{ HostIp: '127.0.0.1', HostPort: '' }], '80/tcp': null },
    },
  }
  expect(from(answer)).toMatchObject({
    state: 'created',
    exitCode: 128,
    error,
    portsWanted: [{ containerPort: 53, protocol: 'udp', hostIp: '127.0.0.1', hostPort: 0 }],
  })
})

test('several files, an env file and a one-off', () => {
  const Labels = {
    'com.docker.compose.project': 'p',
    'com.docker.compose.project.config_files': '/a.yml,/b.yml',
    'com.docker.compose.project.environment_file': '/x.env',
    'com.docker.compose.oneoff': 'True',
  }
  expect(from({ ...bare, Config: { Image: 'x', Labels } })).toMatchObject({
    composeFiles: ['/a.yml', '/b.yml'],
    envFiles: ['/x.env'],
    oneOff: true,
  })
})

test('extra hosts stay literal, and a GPU may be asked for in three ways', () => {
  const host = (different: object) =>
    from({ ...bare, HostConfig: { ...bare.HostConfig, ...different } })
  expect(host({ ExtraHosts: ['host.docker.internal:host-gateway'] }).extraHosts).toEqual([
    'host.docker.internal:host-gateway',
  ])
  const gpu = [{ Driver: '', Count: -1, Capabilities: [['gpu']] }]
  expect(host({ DeviceRequests: gpu }).gpuRequested).toBe(true)
  expect(host({ DeviceRequests: [{ Driver: 'nvidia' }] }).gpuRequested).toBe(true)
  expect(host({ Runtime: 'nvidia' }).gpuRequested).toBe(true)
  expect(host({ Runtime: 'runc', DeviceRequests: null }).gpuRequested).toBe(false)
  expect(host({ NetworkMode: 'host' })).toMatchObject({ networkMode: 'host', networks: [] })
})
