import { afterEach, expect, test } from 'vitest'
import { type WebServer, webServer } from '../../../test/support/web-server.ts'
import { exportSilences } from './silences.ts'

let server: WebServer | undefined
afterEach(() => server?.stop())

async function answering(silences: unknown) {
  server = await webServer((request, response) => {
    const body = request.url?.includes('status') ? { versionInfo: { version: '0.28.1' } } : silences
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  return server.url
}

test('all silences come as they are, in the order of their IDs', async () => {
  const matchers = [{ name: 'job', value: 'x', isRegex: false, isEqual: true }]
  const url = await answering([
    { id: 'b', matchers, comment: 'second', status: { state: 'expired' } },
    { id: 'a', matchers, comment: 'first', status: { state: 'active' } },
  ])
  expect(await exportSilences({ url })).toEqual({
    version: '0.28.1',
    silences: [
      { id: 'a', matchers, comment: 'first', status: { state: 'active' } },
      { id: 'b', matchers, comment: 'second', status: { state: 'expired' } },
    ],
  })
})

test('another form is refused with a sentence', async () => {
  const url = await answering({ status: 'success' })
  await expect(exportSilences({ url })).rejects.toThrow(/in an unknown form/)
})
