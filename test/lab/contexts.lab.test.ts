import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readDockerContexts } from '../../electron/adapters/docker/docker-config.ts'
import { run } from './run.ts'
import { setUp } from './set-up.ts'
import { terminalEnvironment } from './terminal.ts'

// What our resolver reads from the files, beside what the real CLI says about the same files.

let home: string
let env: Record<string, string>

const docker = (args: string[], extra: Record<string, string> = {}) =>
  run('docker', args, { env: { ...env, ...extra }, anyExitCode: true })

const ours = (extra: Record<string, string> = {}) =>
  readDockerContexts({ env: { ...env, ...extra }, homeDirectory: home })

async function writeConfig(text: string | undefined): Promise<void> {
  const file = join(home, '.docker/config.json')
  if (text === undefined) return rm(file, { force: true })
  await writeFile(`${file}.new`, text)
  await rename(`${file}.new`, file)
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'odin-contexts-'))
  env = terminalEnvironment(home, (await setUp()).programs)
  await mkdir(join(home, '.docker'))
  const unix = `host=unix://${home}/.docker/desktop/docker.sock`
  await docker([
    'context',
    'create',
    'desktop-linux',
    '--description',
    'of Desktop',
    '--docker',
    unix,
  ])
  await docker(['context', 'create', 'native', '--docker', 'host=unix:///var/run/docker.sock'])
  await docker(['context', 'create', 'far', '--docker', 'host=ssh://odin@far.example:2222'])
  await docker(['context', 'create', 'plain', '--docker', 'host=tcp://192.0.2.7:2375'])
})

afterAll(() => rm(home, { recursive: true, force: true }))

const configs: Record<string, string | undefined> = {
  'no file': undefined,
  'an empty file': '',
  'an empty object': '{}',
  'another key only': '{"auths":{}}',
  'currentContext native': '{"currentContext":"native"}',
  'currentContext default': '{"currentContext":"default"}',
  'currentContext empty': '{"currentContext":""}',
  'currentContext of none': '{"currentContext":"ghost"}',
  'the key in other letters': '{"CURRENTcontext":"native"}',
  'the key twice': '{"currentContext":"native","currentContext":"desktop-linux"}',
  'a byte too many': '{"currentContext":"native"}\n}',
  'half a file': '{"currentContext":"nat',
  'no object': '["native"]',
  'a number for a name': '{"currentContext":7}',
}
const hosts = [undefined, '', 'unix:///run/other.sock', 'tcp://192.0.2.9:2375', '192.0.2.9']
const names = [undefined, '', 'desktop-linux', 'default', 'ghost']

const combinations = hosts.flatMap((host) =>
  names.map((name) => ({
    ...(host !== undefined && { DOCKER_HOST: host }),
    ...(name !== undefined && { DOCKER_CONTEXT: name }),
  })),
)

describe.each(Object.entries(configs))('with config.json: %s', (_, text) => {
  beforeAll(() => writeConfig(text))

  it('takes the same context for current as the CLI does', async () => {
    const [theirs, mine] = [new Map<string, string>(), new Map<string, string>()]
    for (const extra of combinations) {
      const key = JSON.stringify(extra)
      const [shown, read] = await Promise.all([docker(['context', 'show'], extra), ours(extra)])
      theirs.set(key, shown.stdout.trim())
      mine.set(key, read.current.name)
    }
    expect(mine).toEqual(theirs)
  })

  it('lists the contexts and endpoints that the CLI lists', async () => {
    for (const extra of combinations.filter((one) => one.DOCKER_HOST !== '192.0.2.9')) {
      const listed = await docker(['context', 'ls', '--format', 'json'], extra)
      const rows = listed.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as CliRow)
      const { contexts, current } = await ours(extra)
      const theirs = rows
        .filter((row) => row.Error === '')
        .map((row) => [row.Name, row.DockerEndpoint, row.Current])
      const mine = contexts.map(({ name, endpoint }) => [name, endpoint, name === current.name])
      expect(mine, JSON.stringify(extra)).toEqual(theirs)
      expect(rows.some((row) => row.Current && row.Error !== '')).toBe(!current.exists)
    }
  })
})

type CliRow = { Name: string; DockerEndpoint: string; Current: boolean; Error: string }

it('reads each context that the CLI reads, also when one beside it is broken', async () => {
  await writeConfig('{"currentContext":"native"}')
  const broken = join(home, '.docker/contexts/meta', 'a'.repeat(64))
  await mkdir(broken, { recursive: true })
  await writeFile(join(broken, 'meta.json'), '{"Name":')
  try {
    expect((await docker(['context', 'ls'])).code).not.toBe(0)
    const { contexts } = await ours()
    expect(contexts.filter((one) => one.problem === undefined).map((one) => one.name)).toEqual([
      'default',
      'desktop-linux',
      'far',
      'native',
      'plain',
    ])
    expect(contexts.find((one) => one.problem !== undefined)?.problem).toContain(broken)
  } finally {
    await rm(broken, { recursive: true })
  }
})

it('sees TLS material where the CLI keeps it', async () => {
  const pem = join(home, 'ca.pem')
  await writeFile(pem, rootCertificates[0] ?? '')
  await docker(['context', 'create', 'sealed', '--docker', `host=tcp://192.0.2.8:2376,ca=${pem}`])
  try {
    const { contexts } = await ours()
    expect(contexts.filter((one) => one.tls).map((one) => one.name)).toEqual(['sealed'])
  } finally {
    await docker(['context', 'rm', 'sealed'])
  }
})
