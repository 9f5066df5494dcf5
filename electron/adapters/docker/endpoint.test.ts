import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { contextId } from './context-store.ts'
import { normaliseEndpoint, withoutPassword } from './endpoint.ts'
import { type SshTarget, sshArguments } from './ssh-stream.ts'
import { targetOf } from './target.ts'

test.each([
  ['unix:///a/b.sock', false, 'unix:///a/b.sock'],
  ['unix://', false, 'unix:///var/run/docker.sock'],
  ['localhost:2375', false, 'tcp://localhost:2375'],
  [':2375', false, 'tcp://localhost:2375'],
  ['tcp://far', false, 'tcp://far:2375'],
  ['tcp://far', true, 'tcp://far:2376'],
  ['tcp://far:80', false, 'tcp://far:80'],
  ['tcp://[::1]:2375', false, 'tcp://[::1]:2375'],
  ['tcp://me:secret@far:2375', false, 'tcp://far:2375'],
  ['http://far:2375', false, 'tcp://far:2375'],
  ['ssh://me@far:22/run/docker.sock', false, 'ssh://me@far:22/run/docker.sock'],
  ['ssh://me:secret@far', false, 'ssh://me:***@far'],
])('%s (tls: %s) is %s', (said, tls, endpoint) => {
  expect(normaliseEndpoint(said, tls)).toBe(endpoint)
})

test.each(['bogus://x', 'tcp://a b', 'tcp://far:port'])('%s is no endpoint', (said) => {
  expect(() => normaliseEndpoint(said, false)).toThrow(/not an address/)
})

test.each([
  ['tcp://u:p@h', 'tcp://u:***@h'],
  ['tcp://u:p@ss@h', 'tcp://u:***@h'],
  ['u:p@h:1', 'u:***@h:1'],
  ['ssh://u@h:22', 'ssh://u@h:22'],
  ['unix:///a:b@c', 'unix:///a:b@c'],
])('%s is shown as %s', (endpoint, shown) => {
  expect(withoutPassword(endpoint)).toBe(shown)
})

describe('a target', () => {
  const at = async (
    endpoint: string,
    more: { name?: string; tls?: boolean; env?: NodeJS.ProcessEnv; homeDirectory?: string } = {},
  ) =>
    targetOf(
      { name: more.name ?? 'x', endpoint, tls: more.tls ?? false },
      { env: more.env ?? {}, homeDirectory: more.homeDirectory ?? '/nowhere' },
    )

  test('on this machine', async () => {
    expect(await at('unix:///a b.sock')).toMatchObject({ kind: 'unix', path: '/a b.sock' })
  })

  test('over the network', async () => {
    expect(await at('tcp://[::1]:1')).toMatchObject({ kind: 'tcp', host: '::1', port: 1 })
  })

  test('with the keys that belong to the context', async () => {
    const homeDirectory = await mkdtemp(join(tmpdir(), 'target-'))
    const contexts = join(homeDirectory, '.docker', 'contexts')
    const tls = join(contexts, 'tls', contextId('x'), 'docker')
    const meta = join(contexts, 'meta', contextId('x'))
    await mkdir(tls, { recursive: true })
    await mkdir(meta, { recursive: true })
    await writeFile(join(tls, 'ca.pem'), 'CA')
    await writeFile(
      join(meta, 'meta.json'),
      '{"Name":"x","Endpoints":{"docker":{"SkipTLSVerify":true}}}',
    )
    expect(await at('tcp://far:2376', { tls: true, homeDirectory })).toMatchObject({
      tls: { ca: Buffer.from('CA'), verify: false },
    })
  })

  test('with the keys that the environment names', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'certs-'))
    await writeFile(join(directory, 'key.pem'), 'KEY')
    const env = { DOCKER_CERT_PATH: directory, DOCKER_TLS_VERIFY: '1' }
    expect(await at('tcp://far:2376', { name: 'default', tls: true, env })).toMatchObject({
      tls: { key: Buffer.from('KEY'), verify: true },
    })
  })

  test.each([
    'npipe:////./pipe/docker_engine',
    'fd://',
    '',
    'ssh://me:***@far',
    'ssh://-oProxyCommand=x',
    'ssh://-oProxyCommand=x@far',
  ])('%j is refused', async (endpoint) => {
    await expect(at(endpoint)).rejects.toMatchObject({ code: 'invalid' })
  })

  test('over ssh, as the CLI calls it', async () => {
    const target = (await at('ssh://me@far:2222/run/my docker.sock')) as SshTarget
    expect(sshArguments(target).slice(4)).toEqual([
      '-T',
      '-l',
      'me',
      '-p',
      '2222',
      '--',
      'far',
      'docker',
      "--host=unix://'/run/my docker.sock'",
      'system',
      'dial-stdio',
    ])
  })
})
