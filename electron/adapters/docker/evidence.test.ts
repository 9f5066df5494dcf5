import type { RequestListener } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { removeSocketDirectory, unixServer } from '../../../test/support/unix-server.ts'
import { engineEvidence } from './evidence.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

async function ask(answer: RequestListener) {
  const server = await unixServer(answer)
  await server.start()
  cleanUps.push(
    () => removeSocketDirectory(server.socketPath),
    () => server.stop(),
  )
  const target = { kind: 'unix' as const, endpoint: server.endpoint, path: server.socketPath }
  const found = await engineEvidence(target, ['odin'], { giveUpAfterMs: 5_000 })
  return { ...found, asked: server.asked }
}

const inspect = (service: string, image: string) => ({
  Id: service,
  Name: `/odin-${service}-1`,
  Image: image,
  Config: { Image: `${service}:1`, Labels: { 'com.docker.compose.service': service } },
  State: { Status: 'running' },
})
const answers: Record<string, unknown> = {
  '/containers/b/json': inspect('b', 'sha256:2'),
  '/containers/a/json': inspect('a', 'sha256:1'),
  '/containers/c/json': inspect('c', 'sha256:2'),
  '/images/sha256:1/json': { Id: 'sha256:1', RepoDigests: ['z@sha256:9', 'a@sha256:8'] },
}

test('descriptions of containers, and digests of their images, each asked for once', async () => {
  const { containers, images, asked } = await ask((request, response) => {
    const path = decodeURIComponent(request.url ?? '').replace(/^\/v[\d.]+/, '')
    const found = path.startsWith('/containers/json')
      ? [{ Id: 'b' }, { Id: 'gone' }, { Id: 'a' }, { Id: 'c' }]
      : answers[path.split('?')[0] ?? '']
    response.statusCode = found ? 200 : 404
    response.end(JSON.stringify(found ?? { message: 'No such object.' }))
  })
  expect(containers.map(({ name, project, service }) => [name, project, service])).toEqual([
    ['odin-a-1', 'odin', 'a'],
    ['odin-b-1', 'odin', 'b'],
    ['odin-c-1', 'odin', 'c'],
  ])
  expect(containers[0]?.inspect).toEqual(answers['/containers/a/json'])
  expect(images).toEqual({
    'odin/a': { image: 'a:1', id: 'sha256:1', digests: ['a@sha256:8', 'z@sha256:9'] },
    // An image that is gone has left its containers behind.
    'odin/b': { image: 'b:1', id: 'sha256:2', digests: [] },
    'odin/c': { image: 'c:1', id: 'sha256:2', digests: [] },
  })
  expect(asked.filter((path) => path.includes('/images/'))).toHaveLength(2)
  expect(asked[0]).toContain('com.docker.compose.project=odin')
})

test('an engine that makes no sense is told in a sentence', async () => {
  await expect(ask((_, response) => response.end('[{}]'))).rejects.toThrow(
    /makes no sense at "0.Id"/,
  )
})
