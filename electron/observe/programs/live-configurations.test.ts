import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { LiveConfiguration, ServiceSight } from '../../../shared/domain/prometheus.ts'
import { type WebServer, webServer } from '../../../test/support/web-server.ts'
import { configurationWatchers } from './live-configurations.ts'

let directory: string
let server: WebServer
let live: string
let sights: readonly ServiceSight<LiveConfiguration>[] = []

const inFile = 'route:\n  receiver: odin\n  repeat_interval: 24h\nreceivers:\n  - name: odin\n'
const asRun = (interval: string) =>
  `route:\n  receiver: odin\n  group_interval: 5m\n  repeat_interval: ${interval}\nreceivers:\n- name: odin\n`

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'odin-live-'))
  live = asRun('1d')
  server = await webServer((_request, response) =>
    response.end(JSON.stringify({ config: { original: live } })),
  )
})
afterEach(async () => {
  await server.stop()
  await rm(directory, { recursive: true })
})

async function watching(names: readonly string[]) {
  const watchers = configurationWatchers()
  watchers.start((all) => {
    sights = all
  })
  watchers.setEndpoints([
    {
      ...{ project: 'odin', service: 'alertmanager', url: server.url, program: 'alertmanager' },
      files: names.map((name) => join(directory, name)),
    },
  ])
  await watchers.lookNow()
  return watchers
}
const look = () => sights[0]?.look

test('a program that runs what is in its file differs nowhere, until either changes', async () => {
  await writeFile(join(directory, 'alertmanager.yml'), inFile)
  const watchers = await watching(['config.yml', 'alertmanager.yml'])
  try {
    expect(look()).toMatchObject({
      value: { differs: [], file: join(directory, 'alertmanager.yml') },
    })
    await writeFile(join(directory, 'alertmanager.yml'), inFile.replace('24h', '4h'))
    await watchers.lookNow()
    expect(look()).toMatchObject({ value: { differs: ['route.repeat_interval'] } })
    live = asRun('4h')
    await watchers.lookNow()
    expect(look()).toMatchObject({ value: { differs: [] } })
  } finally {
    await watchers.stop()
  }
})

test('where nobody knows which file it is, or it cannot be read, nothing is said to be right', async () => {
  const watchers = await watching(['alertmanager.yml', 'config.yml'])
  try {
    expect(look()).toMatchObject({ status: 'unknown' })
    await writeFile(join(directory, 'alertmanager.yml'), inFile)
    await writeFile(join(directory, 'config.yml'), inFile)
    await watchers.lookNow()
    expect(look()).toMatchObject({
      failure: {
        message: expect.stringContaining('could both be the configuration of alertmanager'),
      },
    })
    await rm(join(directory, 'config.yml'))
    await writeFile(join(directory, 'alertmanager.yml'), 'groups: []')
    await watchers.lookNow()
    expect(look()).toMatchObject({
      failure: {
        message: expect.stringContaining('is no configuration that alertmanager could run'),
      },
    })
  } finally {
    await watchers.stop()
  }
})
