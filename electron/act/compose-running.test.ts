import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { composeIsRunning, isCompose } from './compose-running.ts'

test.each([
  ['docker', 'compose up -d'],
  ['docker compose up', '-d'],
  ['docker', '--context desktop-linux compose ps'],
  ['/usr/bin/docker', '-H unix:///x.sock compose down'],
  ['docker-compose', 'up'],
  ['docker-compose compose', '-p odin up -d'],
  ['/usr/libexec/docker/cli-plugins/docker-compose', 'compose pull'],
  ['python3', '/usr/bin/docker-compose up'],
])('%s %s is compose', (command, params) => {
  expect(isCompose({ command, params })).toBe(true)
})

test.each([
  ['docker', 'ps'],
  ['docker', 'run alpine compose'],
  ['docker', '--context compose ps'],
  ['docker-compose', 'docker-cli-plugin-metadata'],
  ['vim', 'docker-compose.yml'],
  ['dockerd', ''],
])('%s %s is not', (command, params) => {
  expect(isCompose({ command, params })).toBe(false)
})

test('finds a real process that calls itself so', async () => {
  const plugin = '/usr/libexec/docker/cli-plugins/docker-compose'
  const child = spawn('tail', ['compose', '-f', '/dev/null'], { argv0: plugin, stdio: 'ignore' })
  await once(child, 'spawn')
  try {
    expect(await composeIsRunning()).toBe(true)
  } finally {
    child.kill()
  }
})
