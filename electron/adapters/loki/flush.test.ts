import { afterEach, expect, test } from 'vitest'
import { type WebServer, webServer } from '../../../test/support/web-server.ts'
import { flushLoki } from './flush.ts'

let server: WebServer | undefined
afterEach(() => server?.stop())

test('Loki is told with POST, and answers nothing', async () => {
  const asked: string[] = []
  server = await webServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.writeHead(204).end()
  })
  await flushLoki({ url: `${server.url}/loki` })
  expect(asked).toEqual(['POST /loki/flush'])
})

test('a Loki that cannot is told in its words', async () => {
  server = await webServer((_, response) => response.writeHead(500).end('ring is empty'))
  await expect(flushLoki({ url: server.url })).rejects.toThrow(
    `Loki at ${server.url} answered 500: ring is empty.`,
  )
})
