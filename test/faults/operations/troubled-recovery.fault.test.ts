import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { execute, planHash } from '../../../electron/act/executor.ts'
import { openOperations, settle } from '../../../electron/act/open-operations.ts'
import type { Plan } from '../../../shared/plan/plan.ts'
import { type PrivateBus, startPrivateBus } from '../../support/private-bus.ts'
import { type SystemdStandIn, startSystemdStandIn } from '../../support/systemd-stand-in.ts'
import { type ChildOrder, recoveryOps, recoveryTitle } from './recovery-child.ts'
import { aRecoveryWorld, type RecoveryWorld } from './recovery-world.ts'

const run = promisify(execFile)

let root: string
let bus: PrivateBus
let systemd: SystemdStandIn
let world: RecoveryWorld
/** The world before, and after a recovery that nobody disturbs. */
let before: unknown
let after: unknown

const aWorld = () => aRecoveryWorld(root, systemd, bus.address)

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tr-'))
  bus = await startPrivateBus()
  systemd = await startSystemdStandIn(bus.address)
  const undisturbed = await aWorld()
  await recover(undisturbed)
  after = await undisturbed.look()
  await undisturbed.remove()
})
afterAll(async () => {
  await systemd.stop()
  await bus.stop()
  await rm(root, { recursive: true, force: true })
})
beforeEach(async () => {
  systemd.refuses = false
  world = await aWorld()
  before = await world.look()
})
afterEach(() => world.remove())

const recover = (
  { place, plan }: RecoveryWorld,
  { hash = planHash(plan), signal = new AbortController().signal } = {},
) =>
  execute(
    { plan, hash, title: recoveryTitle },
    { ops: recoveryOps(place), stateDirectory: place.stateDirectory, onProgress() {}, signal },
  )

async function settleAll({ place }: RecoveryWorld, direction: 'continue' | 'roll-back') {
  const { stateDirectory } = place
  const [open] = await openOperations(stateDirectory)
  if (!open) throw new Error('There is no open operation.')
  const parts = { ops: recoveryOps(place), stateDirectory, onProgress() {} }
  return settle(open, direction, parts)
}

/** Beside what ran before nothing runs, and nothing that ran is down. */
const expectAsBefore = async () => expect(await world.look()).toEqual(before)

/** POSTs of containers on an engine, from the `nth` on. */
function atPost(engine: RecoveryWorld['home'], nth: number, then: () => void | Promise<void>) {
  let posts = 0
  engine.onRequest = async (method) => {
    if (method !== 'POST') return
    posts += 1
    if (posts === nth) await then()
  }
}

describe.each(['continue', 'roll-back'] as const)(
  'an engine dies in the middle: %s',
  (direction) => {
    test.each(['home', 'stray'] as const)('%s, at each thing asked of it', async (which) => {
      let deaths = 0
      for (let nth = 1, died = true; died; nth += 1) {
        const own = await aWorld()
        died = false
        atPost(own[which], nth, async () => {
          died = true
          own[which].onRequest = () => {}
          // Without a word, and before it has done what it was asked for.
          void own[which].stop()
          throw new Error('The engine is dead.')
        })
        const view = await recover(own)
        if (died) {
          deaths += 1
          expect(view).toMatchObject({ outcome: 'stopped' })
          expect(view.sentence).toMatch(/failed: .*\. Go on from here, or roll back\.$/)
          await own[which].start()
          const settled = await settleAll(own, direction)
          expect(settled.outcome).toBe(direction === 'continue' ? 'done' : 'rolled-back')
          expect(await own.look()).toEqual(direction === 'continue' ? after : before)
        } else {
          expect(view.outcome).toBe('done')
        }
        await own.remove()
      }
      expect(deaths).toBeGreaterThanOrEqual(4)
    })
  },
)

test('permission refused: the command that may is said, nothing later is done, and it rolls back', async () => {
  systemd.refuses = true
  const view = await recover(world)
  const [unit = ''] = world.place.units
  expect(view.outcome).toBe('stopped')
  expect(view.sentence).toBe(
    `Step 1 of 9 failed: Permission to disable ${unit} is refused. Run: sudo systemctl disable ${unit}. Go on from here, or roll back.`,
  )
  expect(view.steps.map(({ state }) => state)).toEqual(['failed', ...Array(8).fill('waiting')])
  await expectAsBefore()
  expect((await settleAll(world, 'roll-back')).outcome).toBe('rolled-back')
  await expectAsBefore()
})

test('permission refused, then given: it can be gone on with', async () => {
  systemd.refuses = true
  await recover(world)
  systemd.refuses = false
  expect((await settleAll(world, 'continue')).outcome).toBe('done')
  expect(await world.look()).toEqual(after)
})

test('a container that never becomes healthy: it stops, says which, and stops what it started', async () => {
  world.home.unhealthy.add('prometheus')
  const view = await recover(world)
  expect(view.outcome).toBe('stopped')
  expect(view.sentence).toBe(
    'Step 8 of 9 failed: prometheus is unhealthy, expected healthy. Go on from here, or roll back.',
  )
  expect((await settleAll(world, 'roll-back')).outcome).toBe('rolled-back')
  await expectAsBefore()
})

test('a file changed by hand since the plan was approved: it is refused, and nothing is touched', async () => {
  await writeFile(world.grafanaFile, '; mine\n')
  before = await world.look()
  const changes = systemd.changes.length
  await expect(recover(world)).rejects.toThrow(
    `${world.grafanaFile} was changed since the plan was approved. Look at a new plan.`,
  )
  await expectAsBefore()
  expect(systemd.changes).toHaveLength(changes)
  expect(await openOperations(world.place.stateDirectory)).toEqual([])
})

test('a file changed by hand after it was put back is not overwritten by a roll back', async () => {
  world.home.unhealthy.add('prometheus')
  await recover(world)
  await writeFile(world.grafanaFile, '; mine\n')
  const view = await settleAll(world, 'roll-back')
  expect(view.outcome).toBe('needs-attention')
  expect(view.sentence).toContain(`${world.grafanaFile} was changed after it was put back`)
  expect(JSON.stringify(await world.look())).toContain('; mine')
})

test('another plan than the approved one is refused, and nothing is touched', async () => {
  const other: Plan = { ...world.plan, steps: world.plan.steps.slice(1) }
  await expect(recover(world, { hash: planHash(other) })).rejects.toThrow(
    'The plan is not the one that was approved. Look at it again.',
  )
  await expectAsBefore()
  await expect(readdir(world.place.stateDirectory)).rejects.toThrow(/ENOENT/)
})

test('of two processes at once, the second is told who is at it', async () => {
  const { place, plan } = world
  const file = join(place.root, 'order.json')
  const order: ChildOrder = { place, plan, record: 0, moment: 'before' }
  await writeFile(file, JSON.stringify(order))
  let said: unknown
  atPost(world.stray, 1, async () => {
    said = await recover(world).catch((error: Error) => error.message)
  })
  const child = spawn(process.execPath, [join(import.meta.dirname, 'recovery-child.ts'), file], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  expect(await once(child, 'close')).toEqual([0, null])
  expect(said).toMatch(new RegExp(`^Another plan is being carried out by process ${child.pid} \\(`))
  expect(await world.look()).toEqual(after)
})

test('cancelled, it stops after the step that runs, and can be gone on with', async () => {
  const cancel = new AbortController()
  atPost(world.stray, 2, () => cancel.abort())
  const view = await recover(world, { signal: cancel.signal })
  expect(view.outcome).toBe('stopped')
  expect((await settleAll(world, 'continue')).outcome).toBe('done')
  expect(await world.look()).toEqual(after)
})

describe('the disk on which it keeps its journal and copies is full', () => {
  const page = 4096
  test('whatever it had room for, it can be gone on with and rolled back once there is room', async () => {
    const outcomes = new Set<string>()
    for (let pages = 0; pages <= 30; pages += 1) {
      const own = await aWorld()
      const { stateDirectory } = own.place
      await mkdir(stateDirectory)
      await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', stateDirectory])
      try {
        const filler = join(stateDirectory, 'filler')
        // dd ends when the disk is full, and says so.
        await run('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4k']).catch(() => {})
        await truncate(filler, (await stat(filler)).size - pages * page)
        const ended = await recover(own).then(
          ({ outcome, sentence }) => ({ outcome: outcome as string, sentence }),
          (error: Error) => ({ outcome: 'refused', sentence: error.message }),
        )
        outcomes.add(ended.outcome)
        if (ended.outcome !== 'done') expect(ended.sentence).toMatch(/the disk is full/)
        if (['refused', 'rolled-back'].includes(ended.outcome))
          expect(await own.look()).toEqual(before)
        await rm(filler)
        const direction = pages % 2 === 0 ? 'continue' : 'roll-back'
        const [open] = await openOperations(stateDirectory)
        if (open) {
          const settled = await settleAll(own, direction)
          expect(settled.outcome).toBe(direction === 'continue' ? 'done' : 'rolled-back')
          expect(await own.look()).toEqual(direction === 'continue' ? after : before)
        }
      } finally {
        await run('umount', [stateDirectory])
      }
      await own.remove()
    }
    expect([...outcomes].sort()).toEqual(['done', 'refused', 'rolled-back', 'stopped'])
  })
})
