import { expect, test } from 'vitest'
import { configWithoutLogins, containerRecord, modelRecord } from './machine-records.ts'

const inspect = (id: string) => ({
  Id: id,
  Created: `2026-11-23T04:32:47.${id.length}Z`,
  Path: '/usr/bin/exporter',
  Args: ['--token', 'hunter2hunter2', '--listen=:9101'],
  State: { Status: 'running', Pid: id.charCodeAt(0) },
  Image: 'sha256:eee',
  RestartCount: 4,
  LogPath: `/var/lib/docker/${id}`,
  Config: {
    Hostname: id.slice(0, 12),
    Env: ['PATH=/usr/bin', 'API_TOKEN=hunter2hunter2', 'EMPTY='],
    Labels: { 'com.docker.compose.service': 'claude-exporter' },
  },
  HostConfig: { RestartPolicy: { Name: 'unless-stopped' } },
  NetworkSettings: {
    SandboxID: id,
    IPAddress: '172.17.0.4',
    Ports: { '9101/tcp': [{ HostIp: '0.0.0.0', HostPort: '9101' }] },
    Networks: {
      odin: {
        Aliases: ['claude-exporter', id.slice(0, 12)],
        IPAMConfig: { IPv4Address: '172.20.0.5' },
        IPAddress: '172.20.0.5',
        EndpointID: id,
      },
    },
  },
})
const one = inspect('a'.repeat(64))
const open = { keepsSecrets: true }
const shut = { keepsSecrets: false }

test('a container that was made anew from the same is the same record', () => {
  expect(containerRecord(inspect('b'.repeat(64)), shut)).toBe(containerRecord(one, shut))
  expect(containerRecord(inspect('b'.repeat(64)), open)).toBe(containerRecord(one, open))
})

test('what it was made of is in the record', () => {
  expect(JSON.parse(containerRecord(one, open))).toEqual({
    Path: '/usr/bin/exporter',
    Args: ['--token', 'hunter2hunter2', '--listen=:9101'],
    Image: 'sha256:eee',
    Config: {
      Env: ['API_TOKEN=hunter2hunter2', 'EMPTY=', 'PATH=/usr/bin'],
      Labels: { 'com.docker.compose.service': 'claude-exporter' },
    },
    HostConfig: { RestartPolicy: { Name: 'unless-stopped' } },
    NetworkSettings: {
      Ports: { '9101/tcp': [{ HostIp: '0.0.0.0', HostPort: '9101' }] },
      Networks: {
        odin: { Aliases: ['claude-exporter'], IPAMConfig: { IPv4Address: '172.20.0.5' } },
      },
    },
  })
})

test('without encryption no value of a variable is kept, wherever it stands', () => {
  const text = containerRecord(one, shut)
  expect(text).not.toContain('hunter2')
  expect(JSON.parse(text).Config.Env).toEqual(['API_TOKEN=<secret>', 'EMPTY=', 'PATH=<secret>'])
  expect(text).toContain('--listen=:9101')
})

const model = {
  name: 'odin',
  services: {
    grafana: {
      image: 'grafana/grafana',
      command: ['--password=correct-horse'],
      environment: { GF_SECURITY_ADMIN_PASSWORD: 'correct-horse', GF_SERVER_ROOT_URL: null },
      build: { context: '/odin/grafana', args: { NPM: 'abc' } },
    },
  },
  configs: { web: { name: 'odin_web', content: 'basic_auth: x' }, file: { file: '/odin/web.yml' } },
}

test('a rendered model is kept whole where it is encrypted', () => {
  expect(JSON.parse(modelRecord(model, open))).toEqual(model)
})

test('and without values of variables and contents of files elsewhere', () => {
  const text = modelRecord(model, shut)
  expect(text).not.toContain('correct-horse')
  expect(JSON.parse(text)).toMatchObject({
    services: {
      grafana: {
        image: 'grafana/grafana',
        environment: { GF_SECURITY_ADMIN_PASSWORD: '<secret>', GF_SERVER_ROOT_URL: null },
        build: { context: '/odin/grafana', args: { NPM: '<secret>' } },
      },
    },
    configs: { web: { name: 'odin_web' }, file: { file: '/odin/web.yml' } },
  })
  expect(text).not.toContain('basic_auth')
})

test('a model that is none breaks nothing', () => {
  expect(modelRecord(null, shut)).toBe('{\n  "services": {}\n}\n')
})

test('config.json says where there are logins, and not which', () => {
  const text = configWithoutLogins({
    currentContext: 'desktop-linux',
    credsStore: 'desktop',
    auths: { 'ghcr.io': { auth: 'YWRhOmh1bnRlcjI=' } },
    HttpHeaders: { Authorization: 'Bearer x' },
  })
  expect(JSON.parse(text)).toEqual({
    auths: { 'ghcr.io': {} },
    credsStore: 'desktop',
    currentContext: 'desktop-linux',
  })
})
