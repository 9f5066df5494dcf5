import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'vitest'
import type { DockerContexts } from '../../../shared/domain/docker-context.ts'
import type { Reading } from '../../../shared/domain/reading.ts'
import { type Collected, collected } from '../../../test/support/collected.ts'
import { contextId } from '../../adapters/docker/context-store.ts'
import type { Watcher } from '../watcher.ts'
import { contextWatcher } from './docker-context.ts'

let homeDirectory: string
let directory: string
let readings: Collected<Reading<DockerContexts>>
let watching: Watcher<DockerContexts>

beforeEach(async () => {
  homeDirectory = await mkdtemp(join(tmpdir(), 'context-watcher-'))
  directory = join(homeDirectory, '.docker')
  readings = collected()
  // The net is out of reach: what is seen here was seen through events.
  watching = contextWatcher({ env: {}, homeDirectory, everyMs: 3_600_000 })
})
afterEach(async () => {
  await watching.stop()
  await rm(homeDirectory, { recursive: true, force: true })
})

const seen = (fits: (contexts: DockerContexts) => boolean) =>
  readings.until((reading) => reading.status === 'known' && fits(reading.value))
const current = (name: string) => seen((contexts) => contexts.current.name === name)
const context = (name: string, endpoint: string) =>
  seen(({ contexts }) => contexts.some((one) => one.name === name && one.endpoint === endpoint))

async function start(): Promise<void> {
  watching.start(readings.add)
  await seen(() => true)
}

/** As `docker context use` does: a temporary file in the configuration's directory, renamed. */
async function use(name: string, target = join(directory, 'config.json')): Promise<void> {
  const temporary = join(directory, `config.json${Math.floor(Math.random() * 1e9)}`)
  await writeFile(temporary, JSON.stringify({ currentContext: name }))
  await rename(temporary, target)
}

async function storeContext(name: string, host: string): Promise<void> {
  const folder = join(directory, 'contexts', 'meta', contextId(name))
  await mkdir(folder, { recursive: true })
  const meta = { Name: name, Endpoints: { docker: { Host: host } } }
  await writeFile(join(folder, 'meta.json.tmp'), JSON.stringify(meta))
  await rename(join(folder, 'meta.json.tmp'), join(folder, 'meta.json'))
}

describe('a switch is seen', () => {
  test('again and again', async () => {
    await mkdir(directory)
    await start()
    for (const name of ['one', 'two', 'three']) {
      await use(name)
      await current(name)
    }
  })

  test('when an editor writes the file in place', async () => {
    await mkdir(directory)
    await writeFile(join(directory, 'config.json'), '{}')
    await start()
    await writeFile(join(directory, 'config.json'), '{"currentContext":"edited"}')
    await current('edited')
  })

  test('through a symlink, by the CLI and by whoever keeps the dotfiles', async () => {
    await mkdir(directory)
    const dotfile = join(homeDirectory, 'dotfiles', 'docker.json')
    await mkdir(dirname(dotfile))
    await writeFile(dotfile, '{}')
    await symlink(dotfile, join(directory, 'config.json'))
    await start()
    await use('by-the-cli', dotfile)
    await current('by-the-cli')
    await writeFile(dotfile, '{"currentContext":"by-hand"}')
    await current('by-hand')
  })

  test('after the symlink was turned elsewhere', async () => {
    await mkdir(directory)
    await start()
    const other = join(homeDirectory, 'other', 'docker.json')
    await mkdir(dirname(other))
    await writeFile(other, '{"currentContext":"turned"}')
    await symlink(other, join(directory, 'config.json'))
    await current('turned')
    await writeFile(other, '{"currentContext":"followed"}')
    await current('followed')
  })

  test('when the directory comes only later', async () => {
    await start()
    await mkdir(directory)
    await use('first')
    await current('first')
  })

  test('after the directory was replaced', async () => {
    await mkdir(directory)
    await use('before')
    await start()
    await rename(directory, `${directory}.old`)
    await mkdir(directory)
    await use('after')
    await current('after')
    await use('later')
    await current('later')
  })

  test('when the directory goes away', async () => {
    await mkdir(directory)
    await use('before')
    await start()
    await rm(directory, { recursive: true })
    await seen(({ configFile }) => configFile.state === 'missing')
  })
})

describe('the contexts are seen', () => {
  test('the first one, a second one, a change in one, and its end', async () => {
    await mkdir(directory)
    await start()
    await storeContext('aa', 'unix:///a.sock')
    await context('aa', 'unix:///a.sock')
    await storeContext('bb', 'unix:///b.sock')
    await context('bb', 'unix:///b.sock')
    await storeContext('aa', 'unix:///moved.sock')
    await context('aa', 'unix:///moved.sock')
    await rm(join(directory, 'contexts', 'meta', contextId('aa')), { recursive: true })
    const from = readings.all.length
    await readings.until(
      (reading) =>
        reading.status === 'known' && reading.value.contexts.every(({ name }) => name !== 'aa'),
      from - 1,
    )
  })
})

test('a change behind its back is found by the net', async () => {
  await watching.stop()
  await mkdir(directory)
  watching = contextWatcher({ env: {}, homeDirectory, everyMs: 20 })
  await start()
  await use('found')
  await current('found')
})
