import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectEngine } from '../../electron/adapters/docker/engine-client.ts'
import { composeContainer } from '../../electron/demo/container-spec.ts'
import { nativeIdentity } from '../../electron/demo/engine-identity.ts'
import { smallEngine } from '../../electron/demo/small-engine.ts'
import { backOff } from '../../electron/observe/back-off.ts'
import { containerWatcher } from '../../electron/observe/docker/containers.ts'
import { contextWatcher } from '../../electron/observe/docker/docker-context.ts'
import { engineWatcher } from '../../electron/observe/docker/engine.ts'
import { eventStream } from '../../electron/observe/docker/event-stream.ts'
import { watcher } from '../../electron/observe/watcher.ts'
import { aSocketPath, removeSocketDirectory } from '../support/unix-server.ts'
import { watcherContract } from './watcher.contract.ts'

const rarelyMs = 3_600_000

watcherContract('a plain watcher', async () => {
  let value = 0
  let hint = () => {}
  let broken = false
  return {
    watcher: watcher({
      source: 'a number',
      async look() {
        if (broken) throw new Error('It is broken.')
        return { value }
      },
      hints(again) {
        hint = again
        return () => {
          hint = () => {}
        }
      },
      settleMs: 5,
      everyMs: rarelyMs,
    }),
    async change(step) {
      value = step
      hint()
    },
    shows: (seen, step) => seen.value === step,
    async spoil() {
      broken = true
      hint()
    },
    async mend() {
      broken = false
      hint()
    },
    async close() {},
  }
})

watcherContract('the context watcher', async () => {
  const homeDirectory = await mkdtemp(join(tmpdir(), 'contexts-'))
  const directory = join(homeDirectory, '.docker')
  const meta = join(directory, 'contexts', 'meta')
  await mkdir(meta, { recursive: true })
  const config = join(directory, 'config.json')
  await writeFile(config, '{}')
  return {
    watcher: contextWatcher({ env: {}, homeDirectory, everyMs: rarelyMs }),
    async change(step) {
      const temporary = `${config}${step}`
      await writeFile(temporary, JSON.stringify({ currentContext: `step-${step}` }))
      await rename(temporary, config)
    },
    shows: (seen, step) => seen.current.name === `step-${step}`,
    // Root may read everything; a directory of contexts that is a circle stops even root.
    async spoil() {
      await rm(meta, { recursive: true })
      await symlink('meta', meta)
    },
    async mend() {
      await rm(meta)
      await mkdir(meta)
    },
    close: () => rm(homeDirectory, { recursive: true }),
  }
})

async function anEngine() {
  const socketPath = await aSocketPath()
  const engine = smallEngine({ socketPath, identity: nativeIdentity() })
  await engine.start()
  const client = connectEngine({ kind: 'unix', endpoint: engine.endpoint, path: socketPath })
  const connection = { endpoint: engine.endpoint, client: async () => client, now: Date.now }
  const stream = eventStream({
    ...connection,
    backOff: backOff({ firstMs: 10, mostMs: 10 }),
    replayMs: 0,
  })
  stream.start()
  return {
    engine,
    common: { ...connection, stream, everyMs: rarelyMs },
    spoil: () => engine.stop(),
    mend: () => engine.start(),
    async close() {
      await stream.stop()
      client.close()
      await engine.stop()
      await removeSocketDirectory(socketPath)
    },
  }
}

watcherContract('the engine watcher', async () => {
  const { engine, common, ...world } = await anEngine()
  return {
    ...world,
    watcher: engineWatcher(common),
    // Another engine at the same place is told by the end of the event stream alone.
    async change(step) {
      await engine.stop()
      engine.reset(`engine-${step}`)
      await engine.start()
    },
    shows: (seen, step) => seen.id === `engine-${step}`,
  }
})

watcherContract('the container watcher', async () => {
  const projects = ['odin']
  const { engine, common, ...world } = await anEngine()
  return {
    ...world,
    watcher: containerWatcher({ ...common, projects: () => projects }),
    async change(step) {
      const files = { workingDir: '/srv', composeFile: '/srv/compose.yml' }
      const service = { project: 'odin', service: `step-${step}`, image: 'x:1', ...files }
      engine.addContainer(composeContainer(service))
    },
    shows: (seen, step) => seen.some(({ service }) => service === `step-${step}`),
  }
})
