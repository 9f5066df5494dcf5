import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { composeUp } from './compose-up.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'compose-up-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

async function aDocker(script: string): Promise<void> {
  await writeFile(join(directory, 'docker'), `#!/bin/sh\n${script}\n`)
  await chmod(join(directory, 'docker'), 0o755)
}

const up = (env: NodeJS.ProcessEnv = {}) =>
  composeUp(
    {
      context: 'desktop-linux',
      project: 'odin',
      workingDir: directory,
      files: ['/home/ada/odin/a.yml'],
      envFiles: ['/home/ada/odin/prod.env'],
      services: ['prometheus', 'grafana'],
    },
    { PATH: directory, ...env },
    new AbortController().signal,
  )

test('only the services that are named, in the context that is named', async () => {
  const said = join(directory, 'said')
  await aDocker(
    `echo "$@" > ${said}; echo "\${DOCKER_HOST-none} \${DOCKER_CONTEXT-none}" >> ${said}`,
  )
  await up({ DOCKER_HOST: 'tcp://elsewhere', DOCKER_CONTEXT: 'default' })
  expect(await readFile(said, 'utf8')).toBe(
    '--context desktop-linux compose --progress plain --project-name odin ' +
      `--project-directory ${directory} -f /home/ada/odin/a.yml ` +
      '--env-file /home/ada/odin/prod.env up --detach prometheus grafana\nnone none\n',
  )
})

test('nobody can have it remove orphans, not even by the environment', async () => {
  const said = join(directory, 'said')
  await aDocker(`echo "$COMPOSE_REMOVE_ORPHANS" > ${said}`)
  await up({ COMPOSE_REMOVE_ORPHANS: 'true' })
  expect(await readFile(said, 'utf8')).toBe('false\n')
})

test('what is wrong is said in its last words, without its secrets', async () => {
  await expect(up()).rejects.toThrow('There is no docker program to call compose with.')
  await aDocker('echo "Pulling"; echo "no such image, GF_PASSWORD=hunter2hunter2" >&2; exit 17')
  const failed = up()
  await expect(failed).rejects.toThrow('docker compose up ended with 17: Pulling no such image')
  await expect(failed).rejects.not.toThrow('hunter2')
  await aDocker('exit 1')
  await expect(up()).rejects.toThrow('docker compose up ended with 1: it said nothing.')
})
