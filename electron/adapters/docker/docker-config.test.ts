import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { contextId } from './context-store.ts'
import { readDockerContexts } from './docker-config.ts'

let homeDirectory: string
let directory: string

beforeEach(async () => {
  homeDirectory = await mkdtemp(join(tmpdir(), 'docker-config-'))
  directory = join(homeDirectory, '.docker')
  await mkdir(directory)
})

const look = (env: NodeJS.ProcessEnv = {}) => readDockerContexts({ env, homeDirectory })
const config = (text: string) => writeFile(join(directory, 'config.json'), text)

async function storeContext(name: string, meta: unknown, folder = contextId(name)) {
  const path = join(directory, 'contexts', 'meta', folder)
  await mkdir(path, { recursive: true })
  await writeFile(join(path, 'meta.json'), typeof meta === 'string' ? meta : JSON.stringify(meta))
}

const metaOf = (Name: string, Host: string) => ({
  Name,
  Metadata: {},
  Endpoints: { docker: { Host } },
})

/** Nobody may enter it, until the test is over. */
async function shut(path: string): Promise<void> {
  await chmod(path, 0)
  onTestFinished(() => chmod(path, 0o700))
}

/** Root may read everything, so these tests become nobody for a moment. */
async function asNobody<T>(act: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return act()
  process.seteuid?.(65534)
  try {
    return await act()
  } finally {
    process.seteuid?.(0)
  }
}

describe('which context is current', () => {
  beforeEach(async () => {
    await storeContext('aa', metaOf('aa', 'unix:///a.sock'))
    await storeContext('bb', metaOf('bb', 'unix:///b.sock'))
  })

  test.each([
    ['nothing said', '{}', {}, 'default', 'default', 'unix:///var/run/docker.sock'],
    ['config.json', '{"currentContext":"aa"}', {}, 'aa', 'config.json', 'unix:///a.sock'],
    [
      'DOCKER_CONTEXT over config.json',
      '{"currentContext":"aa"}',
      { DOCKER_CONTEXT: 'bb' },
      'bb',
      'DOCKER_CONTEXT',
      'unix:///b.sock',
    ],
    [
      'DOCKER_CONTEXT=default over config.json',
      '{"currentContext":"aa"}',
      { DOCKER_CONTEXT: 'default' },
      'default',
      'DOCKER_CONTEXT',
      'unix:///var/run/docker.sock',
    ],
    [
      'DOCKER_HOST over both',
      '{"currentContext":"aa"}',
      { DOCKER_CONTEXT: 'bb', DOCKER_HOST: 'unix:///h.sock' },
      'default',
      'DOCKER_HOST',
      'unix:///h.sock',
    ],
    [
      'empty variables are unset',
      '{"currentContext":"aa"}',
      { DOCKER_CONTEXT: '', DOCKER_HOST: '' },
      'aa',
      'config.json',
      'unix:///a.sock',
    ],
    [
      'an empty name',
      '{"currentContext":""}',
      {},
      'default',
      'default',
      'unix:///var/run/docker.sock',
    ],
    [
      'the key in another case',
      '{"CURRENTCONTEXT":"aa"}',
      {},
      'aa',
      'config.json',
      'unix:///a.sock',
    ],
    [
      'two spellings, the last wins',
      '{"currentContext":"aa","CurrentContext":"bb"}',
      {},
      'bb',
      'config.json',
      'unix:///b.sock',
    ],
    [
      'rubbish after the object',
      '{"currentContext":"aa"} rubbish',
      {},
      'aa',
      'config.json',
      'unix:///a.sock',
    ],
    [
      'a wrong type elsewhere',
      '{"auths":5,"currentContext":"aa"}',
      {},
      'aa',
      'config.json',
      'unix:///a.sock',
    ],
  ])('%s', async (_, text, env, name, source, endpoint) => {
    await config(text)
    expect((await look(env)).current).toEqual({ name, source, endpoint, exists: true })
  })

  test.each(['config.json', 'DOCKER_CONTEXT'])(
    '%s may name a context that is not there',
    async (source) => {
      if (source === 'config.json') await config('{"currentContext":"ghost"}')
      const env = source === 'config.json' ? {} : { DOCKER_CONTEXT: 'ghost' }
      expect((await look(env)).current).toEqual({
        name: 'ghost',
        source,
        endpoint: '',
        exists: false,
      })
    },
  )

  test('DOCKER_CONFIG moves everything', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'elsewhere-'))
    await writeFile(join(elsewhere, 'config.json'), '{"currentContext":"xx"}')
    const contexts = await look({ DOCKER_CONFIG: elsewhere })
    expect(contexts.configDirectory).toBe(elsewhere)
    expect(contexts.current.name).toBe('xx')
    expect(contexts.contexts.map(({ name }) => name)).toEqual(['default'])
  })
})

describe('config.json', () => {
  test.each([
    ['', 'empty'],
    [' \n', 'empty'],
    ['null', 'valid'],
    ['{"currentContext":null}', 'valid'],
    ['{"currentContext":', 'invalid'],
    ['{"currentContext":"aa",}', 'invalid'],
    ['{"currentContext":5}', 'invalid'],
    ['[]', 'invalid'],
    ['\ufeff{}', 'invalid'],
  ])('%j is %s and means default', async (text, state) => {
    await config(text)
    const { configFile, current } = await look()
    expect(configFile.state).toBe(state)
    expect(configFile.problem === undefined).toBe(state !== 'invalid')
    expect(current.name).toBe('default')
  })

  test('is missing, and so is its directory', async () => {
    expect((await look()).configFile.state).toBe('missing')
    await rm(directory, { recursive: true })
    expect((await look()).configFile.state).toBe('missing')
  })

  test('is followed through symlinks, also when they lead nowhere', async () => {
    const target = join(homeDirectory, 'dotfile')
    await symlink(target, join(directory, 'config.json'))
    expect((await look()).configFile.state).toBe('missing')
    await writeFile(target, '{"currentContext":"aa"}')
    expect((await look()).configFile.currentContext).toBe('aa')
  })

  test('cannot be read: said, and the CLI then takes default', async () => {
    await mkdir(join(directory, 'config.json'))
    const { configFile, current } = await look()
    expect(configFile.state).toBe('unreadable')
    expect(current.name).toBe('default')
  })

  test('never has its secrets in a problem', async () => {
    await config('{"auths":{"r":{"auth":"c2VjcmV0"}} "x"}')
    const { configFile } = await look()
    expect(configFile.state).toBe('invalid')
    expect(JSON.stringify(configFile)).not.toContain('c2VjcmV0')
  })

  test('in a directory that may not be entered: nothing is known', async () => {
    await chmod(homeDirectory, 0o755)
    await shut(directory)
    await expect(asNobody(() => look())).rejects.toMatchObject({ code: 'EACCES' })
  })
})

describe('the contexts', () => {
  const named = async (name: string, env = {}) =>
    (await look(env)).contexts.find((context) => context.name === name)

  test('default comes first, then by name', async () => {
    for (const name of ['zz', 'aa']) await storeContext(name, metaOf(name, `unix:///${name}`))
    expect((await look()).contexts.map(({ name }) => name)).toEqual(['default', 'aa', 'zz'])
  })

  test('keys in any case, further keys and a description', async () => {
    await storeContext('aa', {
      name: 'aa',
      METADATA: { Description: 'mine', Extra: 1 },
      endpoints: { docker: { HOST: 'ssh://me@far:22' }, kubernetes: {} },
    })
    expect(await named('aa')).toEqual({
      name: 'aa',
      endpoint: 'ssh://me@far:22',
      description: 'mine',
      tls: false,
    })
  })

  test.each(['{"Name":', '[]', '{"Endpoints":{}}', ''])(
    '%j spoils only its own context',
    async (text) => {
      await storeContext('desktop-linux', text)
      await storeContext('aa', metaOf('aa', 'unix:///a.sock'))
      expect(await named('aa')).toEqual({ name: 'aa', endpoint: 'unix:///a.sock', tls: false })
      expect(await named('desktop-linux')).toMatchObject({
        endpoint: '',
        problem: expect.stringContaining('meta.json'),
      })
    },
  )

  test('a broken context that is current exists', async () => {
    await config('{"currentContext":"odd-name"}')
    await storeContext('odd-name', '{')
    expect((await look()).current).toMatchObject({ name: 'odd-name', exists: true, endpoint: '' })
  })

  test('a folder that is not the hash of the name', async () => {
    await storeContext('aa', metaOf('aa', 'unix:///a.sock'), 'not-a-hash')
    expect((await named('aa'))?.problem).toContain('cannot find aa')
  })

  test('a folder without meta.json is none', async () => {
    await mkdir(join(directory, 'contexts', 'meta', contextId('aa')), { recursive: true })
    expect((await look()).contexts).toHaveLength(1)
  })

  test('TLS material makes it tls', async () => {
    await storeContext('far', metaOf('far', 'tcp://far'))
    const keys = join(directory, 'contexts', 'tls', contextId('far'), 'docker')
    await mkdir(keys, { recursive: true })
    await writeFile(join(keys, 'ca.pem'), '')
    expect(await named('far')).toMatchObject({ endpoint: 'tcp://far:2376', tls: true })
  })

  test('default follows DOCKER_HOST and its TLS variables', async () => {
    expect(await named('default', { DOCKER_HOST: 'far', DOCKER_TLS_VERIFY: '1' })).toEqual({
      name: 'default',
      endpoint: 'tcp://far:2376',
      tls: true,
    })
    expect(await named('default', { DOCKER_HOST: 'bogus://x' })).toMatchObject({
      problem: expect.stringContaining('not an address'),
    })
  })

  test('no password gets out', async () => {
    await storeContext('aa', metaOf('aa', 'ssh://me:s3cret@far'))
    const contexts = await look({ DOCKER_HOST: 'tcp://me:s3cret@far:2375' })
    expect(JSON.stringify(contexts)).not.toContain('s3cret')
    expect(contexts.current.endpoint).toBe('tcp://far:2375')
  })

  test('cannot be listed: nothing is known', async () => {
    await storeContext('aa', metaOf('aa', 'unix:///a.sock'))
    await chmod(homeDirectory, 0o755)
    await shut(join(directory, 'contexts', 'meta'))
    await expect(asNobody(() => look())).rejects.toMatchObject({ code: 'EACCES' })
  })
})
