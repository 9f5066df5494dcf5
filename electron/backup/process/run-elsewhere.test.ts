import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import type { Stack } from '../../../shared/domain/stack.ts'
import { aStack } from '../../../test/support/a-world.ts'
import type { BackupOrder, BackupProgress } from '../order.ts'
import { openRepository } from '../repository/open-repository.ts'
import { forkDoor } from './fork-door.ts'
import type { BackupChild } from './process-talk.ts'
import { runElsewhere } from './run-elsewhere.ts'

const program = join(import.meta.dirname, 'backup-process.ts')
let home: string
let stack: Stack
let repository: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'elsewhere-'))
  const workingDir = join(home, 'odin')
  await mkdir(workingDir)
  await writeFile(join(workingDir, 'docker-compose.yml'), 'services: { a: { image: x } }\n')
  repository = join(home, 'data/odin-sentinel/backups/odin')
  const endpoint = `unix://${home}/no.sock`
  const services = [{ name: 'a', image: 'x', ports: [], config: [] }]
  const start = { files: [join(workingDir, 'docker-compose.yml')], envFiles: [], services }
  stack = aStack({
    home: { context: 'nowhere', engineId: 'E', engineKind: 'native', endpoint },
  })
  stack = { ...stack, projects: [{ name: 'odin', workingDir, starts: [start] }] }
})

function elsewhere(children: BackupChild[] = []) {
  const fork = forkDoor(program, {
    PATH: process.env['PATH'],
    HOME: home,
    XDG_DATA_HOME: join(home, 'data'),
    XDG_STATE_HOME: join(home, 'state'),
    DOCKER_HOST: `unix://${home}/no.sock`,
  })
  return runElsewhere({
    door() {
      const child = fork()
      children.push(child)
      return child
    },
    secretsOf: async () => ({}),
    version: '1.2.3',
  })
}

const backup = (): BackupOrder => ({ kind: 'backup', stack, reason: 'manual' })

test('a process of its own keeps what can be read without an engine, and says what is missing', async () => {
  const told: BackupProgress[] = []
  const outcome = await elsewhere()(backup(), (one) => told.push(one), new AbortController().signal)
  expect(outcome).toMatchObject({ outcome: 'partial' })
  expect(outcome.problems.join(' ')).toContain('No data of the engine is in it')
  expect(told[0]).toMatchObject({ phase: 'preparing' })
  const kept = await openRepository(repository, { recipients: [] })
  const { sound } = await kept.snapshots()
  expect(sound.map(({ manifest }) => manifest)).toMatchObject([
    { stack: 'odin', engine: null, writtenBy: '1.2.3' },
  ])
  const files = await kept.files(sound[0]?.id ?? '')
  expect(files.map(({ path }) => path)).toContain(join(home, 'odin/docker-compose.yml').slice(1))
})

test('a process that is killed in the middle is a failure, and costs nothing', async () => {
  const children: BackupChild[] = []
  const outcome = await elsewhere(children)(
    backup(),
    () => children[0]?.kill(),
    new AbortController().signal,
  )
  expect(outcome.outcome).toBe('failed')
  expect(outcome.sentence).toContain('SIGKILL')
  const again = await elsewhere()(backup(), () => {}, new AbortController().signal)
  expect(again.outcome).toBe('partial')
  const kept = await openRepository(repository, { recipients: [] })
  expect((await kept.snapshots()).broken).toEqual([])
})

test('cancel ends it', async () => {
  const cancelling = new AbortController()
  const outcome = await elsewhere()(backup(), () => cancelling.abort(), cancelling.signal)
  expect(outcome.outcome).toBe('cancelled')
  const snapshots = await readdir(join(repository, 'snapshots')).catch(() => [])
  expect(snapshots).toEqual([])
})
