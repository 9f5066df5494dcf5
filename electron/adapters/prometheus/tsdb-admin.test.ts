import { afterEach, expect, test } from 'vitest'
import { type WebServer, webServer } from '../../../test/support/web-server.ts'
import { isSnapshotName, snapshotTakenAt, tsdbAdmin } from './tsdb-admin.ts'

let server: WebServer | undefined
afterEach(() => server?.stop())

async function answering(status: number, body: string) {
  const methods: string[] = []
  server = await webServer((request, response) => {
    methods.push(request.method ?? '')
    response.writeHead(status, { 'content-type': 'application/json' }).end(body)
  })
  return { admin: tsdbAdmin({ url: server.url }), methods, asked: server.asked }
}

test('a snapshot is asked for with POST, and its name is told', async () => {
  const name = '20261123T045517Z-262430639d6e5c4e'
  const { admin, methods, asked } = await answering(
    200,
    `{"status":"success","data":{"name":"${name}"}}`,
  )
  expect(await admin.takeSnapshot()).toEqual({ taken: true, name })
  expect([methods, asked]).toEqual([['POST'], ['/api/v1/admin/tsdb/snapshot']])
  expect(snapshotTakenAt(name)).toBe(Date.parse('2026-11-23T04:55:17Z'))
})

test.each([500, 503])('switched off is told from the body of a %i', async (status) => {
  const body = '{"status":"error","errorType":"unavailable","error":"admin APIs disabled"}'
  const { admin } = await answering(status, body)
  expect(await admin.takeSnapshot()).toEqual({
    ...{ taken: false, isOff: true, why: 'admin APIs disabled' },
  })
})

test('what went wrong is told in its own words', async () => {
  const error = 'create snapshot: hard link block meta.json: operation not permitted'
  const { admin } = await answering(
    500,
    JSON.stringify({ status: 'error', errorType: 'internal', error }),
  )
  expect(await admin.takeSnapshot()).toEqual({ taken: false, isOff: false, why: error })
})

test('a name that leads elsewhere is none', async () => {
  const { admin } = await answering(200, '{"status":"success","data":{"name":"../wal"}}')
  expect(await admin.takeSnapshot()).toMatchObject({ taken: false, isOff: false })
  const names = [
    '..',
    '',
    'wal',
    '20261123T045517Z-',
    '20261123T045517Z-ab/..',
    'x20261123T045517Z-a',
  ]
  expect(names.filter(isSnapshotName)).toEqual([])
})

test('a page in its place is a failure', async () => {
  const { admin } = await answering(200, '<html>Log in</html>')
  await expect(admin.takeSnapshot()).rejects.toThrow(/with no JSON/)
})

test('where its data is, is told from its own working directory', async () => {
  server = await webServer((request, response) => {
    const data = request.url?.includes('flags')
      ? { 'storage.tsdb.path': 'data/' }
      : {
          ...{ startTime: '', CWD: '/prometheus', reloadConfigSuccess: true, lastConfigTime: '' },
          storageRetention: '15d',
        }
    response.end(JSON.stringify({ status: 'success', data }))
  })
  const admin = tsdbAdmin({ url: server.url })
  expect(await admin.storage()).toEqual({ path: '/prometheus/data', retention: '15d' })
})
