import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, stat, truncate, watch, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { execute, planHash } from '../../../electron/act/executor.ts'
import { openOperations, settle } from '../../../electron/act/open-operations.ts'
import type { OperationView } from '../../../shared/ipc/contract.ts'
import type { AlsoAsked } from '../../support/an-engine-stand-in.ts'
import { type RestoreOrder, restoreOps, restoreTitle } from './restore-child.ts'
import { aRestoreWorld, type RestoreWorld } from './restore-world.ts'

const run = promisify(execFile)
const program = join(import.meta.dirname, '../../../electron/backup/process/backup-process.ts')
const directions = ['continue', 'roll-back'] as const
type Direction = (typeof directions)[number]

let root: string
let world: RestoreWorld
let answers: RestoreWorld['engine']['alsoAnswers']
/** The world before, and after a restore that nobody disturbs. */
let before: unknown
let after: unknown

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tr-'))
  world = await aRestoreWorld(join(root, 'w'))
  answers = world.engine.alsoAnswers
  before = await world.look()
  expect(await restore()).toMatchObject({ outcome: 'done' })
  after = await world.look()
})
afterAll(async () => {
  await world.stop()
  await rm(root, { recursive: true, force: true })
})
beforeEach(() => reset())

async function reset(): Promise<void> {
  world.engine.alsoAnswers = answers
  await world.reset()
}

function restore(place = world.place): Promise<OperationView> {
  const { plan } = world
  return execute(
    { plan, hash: planHash(plan), title: restoreTitle },
    {
      ops: restoreOps(place),
      stateDirectory: place.stateDirectory,
      onProgress() {},
      signal: new AbortController().signal,
    },
  )
}

async function settleAll(direction: Direction, place = world.place): Promise<OperationView> {
  const { stateDirectory } = place
  const [open] = await openOperations(stateDirectory)
  if (!open) throw new Error('There is no open operation.')
  return settle(open, direction, { ops: restoreOps(place), stateDirectory, onProgress() {} })
}

/** However it was left: gone on with it is done, rolled back it never was. */
async function expectSettled(direction: Direction, place = world.place): Promise<void> {
  const { outcome, sentence } = await settleAll(direction, place)
  expect(outcome, sentence).toBe(direction === 'continue' ? 'done' : 'rolled-back')
  await world.sweep()
  expect(await world.look()).toEqual(direction === 'continue' ? after : before)
}

/** Requests that change the engine, from the first on; those that only look are not counted. */
function atChange(nth: number, then: () => void): void {
  let changes = 0
  world.engine.onRequest = (method) => {
    if (method === 'GET' || method === 'HEAD') return
    changes += 1
    if (changes === nth) then()
  }
}

/** The `nth` time that something is written into a volume. */
function atWriting(nth: number, then: (asked: AlsoAsked) => void): void {
  let writings = 0
  world.engine.alsoAnswers = (asked) => {
    if (asked.method === 'PUT') {
      writings += 1
      if (writings === nth) then(asked)
    }
    return answers(asked)
  }
}

describe('an engine dies in the middle', { timeout: 300_000 }, () => {
  test('at each thing asked of it', async () => {
    let deaths = 0
    for (let nth = 1, died = true; died; nth += 1) {
      await reset()
      died = false
      atChange(nth, () => {
        died = true
        world.engine.onRequest = () => {}
        // Without a word, and before it has done what it was asked for.
        void world.engine.stop()
        throw new Error('The engine is dead.')
      })
      const view = await restore()
      if (!died) {
        expect(view.outcome).toBe('done')
        continue
      }
      deaths += 1
      await world.engine.start()
      // A restart of what nobody counts on may just be left out.
      if (view.outcome === 'done') expect(await world.look()).toEqual(after)
      else {
        expect(view.sentence).toMatch(/failed: .*\. Go on from here, or roll back\.$/)
        await expectSettled(directions[nth % 2] ?? 'continue')
      }
    }
    expect(deaths).toBeGreaterThanOrEqual(15)
  })

  test.each(directions)('half way through a volume: %s', async (direction) => {
    atWriting(1, ({ request }) => {
      setImmediate(() => {
        request.destroy()
        void world.engine.stop()
      })
    })
    const view = await restore()
    expect(view.sentence).toMatch(/^Step 4 of 8 failed: .*\. Go on from here, or roll back\.$/)
    await world.engine.start()
    await expectSettled(direction)
  })
})

describe('a disk is full', { timeout: 300_000 }, () => {
  const page = 4096
  test('that of the journal and of what was there: whatever it had room for', async () => {
    const outcomes = new Set<string>()
    const { stateDirectory } = world.place
    for (let pages = 0; pages <= 44; pages += 4) {
      await reset()
      await mkdir(stateDirectory)
      await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', stateDirectory])
      try {
        const filler = join(stateDirectory, 'filler')
        // dd ends when the disk is full, and says so.
        await run('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4k']).catch(() => {})
        await truncate(filler, (await stat(filler)).size - pages * page)
        const ended = await restore().then(
          ({ outcome, sentence }) => ({ outcome: outcome as string, sentence }),
          (error: Error) => ({ outcome: 'refused', sentence: error.message }),
        )
        outcomes.add(ended.outcome)
        if (ended.outcome !== 'done')
          expect(ended.sentence).toMatch(/disk is full|free\. Make room/)
        if (ended.outcome === 'refused') expect(await world.look()).toEqual(before)
        await rm(filler)
        const [open] = await openOperations(stateDirectory)
        if (open) await expectSettled(directions[(pages / 4) % 2] ?? 'continue')
      } finally {
        await run('umount', [stateDirectory])
      }
    }
    expect([...outcomes].sort()).toEqual(['done', 'refused', 'stopped'])
  })

  test.each(directions)('that of the engine: once there is room, %s', async (direction) => {
    const directory = world.data.directoryOf('odin_data')
    const aside = join(root, 'aside')
    await run('cp', ['-a', directory, aside])
    await run('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=755', 'tmpfs', directory])
    try {
      await run('cp', ['-a', `${aside}/.`, directory])
      const { outcome, sentence } = await restore()
      expect(outcome).toBe('stopped')
      expect(sentence).toMatch(/^Step 4 of 8 failed: .*(?:No space left on device|Wrote only)/)
      await run('mount', ['-o', 'remount,size=1m', directory])
      await expectSettled(direction)
    } finally {
      await run('umount', [directory])
      await rm(aside, { recursive: true })
    }
  })
})

test.each(directions)('files may not be written: it says which, and then %s', async (direction) => {
  const directory = join(world.place.root, 'odin')
  await run('mount', ['--bind', directory, directory])
  await run('mount', ['-o', 'remount,bind,ro', directory])
  try {
    const { outcome, sentence } = await restore()
    expect(outcome).toBe('stopped')
    expect(sentence).toMatch(/^Step 6 of 8 failed: .*odin\/(proxy\.yml|rules).*/)
    expect(sentence).toContain('read-only')
    await run('mount', ['-o', 'remount,bind,rw', directory])
    await expectSettled(direction)
  } finally {
    await run('umount', [directory])
  }
})

test('a container that never becomes healthy: it stops, says which, and all is taken back', async () => {
  world.engine.unhealthy.add('web')
  const view = await restore()
  expect(view.outcome).toBe('stopped')
  expect(view.sentence).toBe(
    'Step 7 of 8 failed: odin-web-1 is unhealthy, expected healthy. Go on from here, or roll back.',
  )
  await expectSettled('roll-back')
})

test('one that becomes healthy at last: it can be gone on with', async () => {
  world.engine.unhealthy.add('web')
  await restore()
  world.engine.unhealthy.clear()
  for (const one of world.engine.containers) if (one.service === 'web') one.health = 'healthy'
  await expectSettled('continue')
})

test('a file changed by hand since the plan was approved: it is refused, and nothing is touched', async () => {
  await writeFile(world.configFile, '# mine\n')
  const mine = await world.look()
  await expect(restore()).rejects.toThrow(
    `${world.configFile} was changed since the plan was approved. Look at a new plan.`,
  )
  expect(await world.look()).toEqual(mine)
  expect(await openOperations(world.place.stateDirectory)).toEqual([])
})

test('a file changed by hand after it was put back is not overwritten by a roll back', async () => {
  world.engine.unhealthy.add('web')
  await restore()
  await writeFile(world.configFile, '# mine\n')
  const view = await settleAll('roll-back')
  expect(view.outcome).toBe('needs-attention')
  expect(view.sentence).toContain(`${world.configFile} was changed after it was put back`)
  expect(await readFile(world.configFile, 'utf8')).toBe('# mine\n')
})

test('somebody starts what was stopped while the data is kept: it is not written over', async () => {
  const [, web] = world.engine.containers
  // The helper that reads what is there is the second one, after that of the snapshot.
  let helpers = 0
  world.engine.onRequest = (method, path) => {
    if (method !== 'POST' || path !== '/containers/create') return
    helpers += 1
    if (helpers === 2 && web) web.state = 'running'
  }
  const view = await restore()
  expect(view.sentence).toContain('odin-web-1 runs and writes to volume odin_data. Stop it')
  if (web) web.state = 'exited'
  await expectSettled('roll-back')
})

describe('the data is worked on in a process of its own', { timeout: 300_000 }, () => {
  const apart = () => ({ ...world.place, elsewhere: program })

  /** Those that work on data for `parent`. */
  async function workersOf(parent: number): Promise<number[]> {
    const children = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8')
    const pids = children.split(' ').filter(Boolean).map(Number)
    const commands = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8')))
    return pids.filter((_, index) => commands[index]?.includes(program))
  }

  test('and all is as if it were not', async () => {
    expect(await restore(apart())).toMatchObject({ outcome: 'done' })
    expect(await world.look()).toEqual(after)
  })

  test.each(directions)('it is killed while it writes: %s', async (direction) => {
    const { promise: killed, resolve } = Promise.withResolvers<number>()
    world.engine.alsoAnswers = async (asked) => {
      if (asked.method === 'PUT') {
        world.engine.alsoAnswers = answers
        const workers = await workersOf(process.pid)
        for (const pid of workers) process.kill(pid, 'SIGKILL')
        resolve(workers.length)
      }
      return answers(asked)
    }
    const view = await restore(apart())
    expect(await killed).toBe(1)
    expect(view.sentence).toBe(
      'Step 4 of 8 failed: The process that works on the data ended before its work did (SIGKILL). Go on from here, or roll back.',
    )
    await expectSettled(direction, apart())
  })

  test.each(directions)(
    'who started it is killed, and it does not notice at once: %s',
    async (direction) => {
      const place = apart()
      const file = join(place.root, 'order.json')
      const order: RestoreOrder = { place, plan: world.plan, record: 0, moment: 'before' }
      await writeFile(file, JSON.stringify(order))
      const child = spawn(process.execPath, [join(import.meta.dirname, 'restore-child.ts'), file], {
        stdio: ['ignore', 'ignore', 'inherit'],
      })
      const { promise: stopped, resolve } = Promise.withResolvers<number[]>()
      world.engine.alsoAnswers = async (asked) => {
        if (asked.method === 'PUT') {
          world.engine.alsoAnswers = answers
          const workers = await workersOf(child.pid ?? 0)
          for (const pid of workers) process.kill(pid, 'SIGSTOP')
          child.kill('SIGKILL')
          resolve(workers)
        }
        return answers(asked)
      }
      const ended = once(child, 'close')
      const [worker = 0, ...others] = await stopped
      expect(others).toEqual([])
      await ended
      const turns = await turnsOf(place.stateDirectory)
      const settled = expectSettled(direction, place)
      // Whoever settles has seen whose turn it is, and waits.
      for await (const { filename } of watch(turns)) if (filename?.startsWith('draft-')) break
      process.kill(worker, 'SIGCONT')
      await settled
    },
  )

  async function turnsOf(stateDirectory: string): Promise<string> {
    const { stdout } = await run('find', [stateDirectory, '-path', '*/data/*', '-name', 'turns'])
    return stdout.trim()
  }
})
