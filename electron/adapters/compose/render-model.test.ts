import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { renderModel } from './render-model.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'render-model-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

async function aProgram(name: string, script: string): Promise<void> {
  await writeFile(join(directory, name), `#!/bin/sh\n${script}\n`)
  await chmod(join(directory, name), 0o755)
}

const wanted = {
  project: 'odin',
  workingDir: '/home/ada/odin',
  files: ['/home/ada/odin/a.yml', '/home/ada/odin/b.yml'],
  envFiles: ['/home/ada/odin/prod.env'],
}
const render = (giveUpAfterMs = 10_000, signal = new AbortController().signal) =>
  renderModel(wanted, {
    env: { PATH: directory, DOCKER_HOST: 'tcp://elsewhere', DOCKER_CONTEXT: 'gone' },
    signal,
    giveUpAfterMs,
  })

test('all files at once, and no context that could be missing', async () => {
  const said = join(directory, 'said')
  await aProgram(
    'docker',
    `echo "$@" > ${said}; echo "\${DOCKER_HOST-none} $DOCKER_CONTEXT" >> ${said}; echo '{"name":"odin"}'`,
  )
  expect(await render()).toEqual({ name: 'odin' })
  expect(await readFile(said, 'utf8')).toBe(
    'compose --project-name odin --project-directory /home/ada/odin ' +
      '--env-file /home/ada/odin/prod.env --file /home/ada/odin/a.yml --file /home/ada/odin/b.yml ' +
      'config --format json\nnone default\n',
  )
})

test('docker-compose does it where docker has no plugin', async () => {
  await aProgram('docker', 'echo "unknown shorthand flag: \'f\' in -f" >&2; exit 125')
  await expect(render()).rejects.toThrow('docker has no compose plugin here.')
  await aProgram('docker-compose', `echo '{"name":"odin"}'`)
  expect(await render()).toEqual({ name: 'odin' })
})

test('what is wrong is said in the words of Compose, without its secrets', async () => {
  await expect(render()).rejects.toThrow('The program docker is not there.')
  await aProgram('docker', 'echo "no such service: x, GF_PASSWORD=hunter2hunter2" >&2; exit 14')
  await expect(render()).rejects.toThrow('Compose cannot render the model: no such service: x')
  await expect(render()).rejects.not.toThrow('hunter2')
  await aProgram('docker', 'echo services:')
  await expect(render()).rejects.toThrow('Compose rendered no JSON for odin')
})

test('one that hangs is given up, and one that is not wanted any more ends', async () => {
  await aProgram('docker', 'exec /bin/sleep 60')
  await expect(render(50)).rejects.toThrow('docker did not render the compose model in time.')
  const cancelled = AbortSignal.abort()
  await expect(render(10_000, cancelled)).rejects.toThrow('was cancelled')
})
