import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openOperations, settle } from '../../electron/act/open-operations.ts'
import { readOperations } from '../../electron/act/operation-directory.ts'
import { renderPlan } from '../../shared/plan/plan.ts'
import { killableChild, type RunChild } from './killable-child.ts'
import type { Moment } from './killing-journal.ts'
import { type RestoreOrder, restoreDoors, restoreOps } from './restore-child.ts'
import { aRestoreWorld, type RestoreWorld } from './restore-world.ts'

let root: string
let runChild: RunChild
/** Two that are alike, for two cores. */
let worlds: [RestoreWorld, RestoreWorld]
/** The world before, and after a restore that nobody disturbs. */
let before: unknown
let after: unknown
/** Of its journal, counted from 1. */
let records: number[]

const done = 'done All 8 steps are done.\n'

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kr-'))
  runChild = await killableChild('restore-child.ts', root)
  worlds = [await aRestoreWorld(join(root, 'a')), await aRestoreWorld(join(root, 'b'))]
  const [world] = worlds
  before = await world.look()
  const { out } = await runChild(orderOf(world), world.place.root)
  expect(out).toBe(done)
  after = await world.look()
  const [operation] = await readOperations(world.place.stateDirectory)
  records = operation?.records.map((_, index) => index + 1) ?? []
  // An intent and a done for each step, and the end.
  expect(records.length).toBeGreaterThanOrEqual(17)
})
afterAll(async () => {
  await Promise.all(worlds.map((world) => world.stop()))
  await rm(root, { recursive: true, force: true })
})

const orderOf = (
  { place, plan }: RestoreWorld,
  { record = 0, moment = 'before' as Moment } = {},
): RestoreOrder => ({ place, plan, record, moment })

type Direction = 'continue' | 'roll-back'

/** However it was left: gone on with it is done, rolled back it never was. */
async function settleAndLook(world: RestoreWorld, direction: Direction): Promise<void> {
  const { stateDirectory } = world.place
  const [open, ...others] = await openOperations(stateDirectory)
  expect(others).toEqual([])
  if (open === undefined) {
    // Nothing was begun yet, or its last word was on disk.
    expect([before, after]).toContainEqual(await world.look())
    return
  }
  const parts = { ops: restoreOps(world.place), stateDirectory, onProgress() {} }
  const view = await settle(open, direction, parts)
  expect(view).toMatchObject({ outcome: direction === 'continue' ? 'done' : 'rolled-back' })
  await world.sweep()
  expect(await world.look()).toEqual(direction === 'continue' ? after : before)
  expect(await openOperations(stateDirectory)).toEqual([])
  const { sound, broken } = await (await restoreDoors(world.place).open()).snapshots()
  expect(broken).toEqual([])
  const kept = sound.filter(({ manifest }) => manifest.reason === 'before-restore')
  if (direction === 'continue')
    expect(kept.map(({ marks }) => marks.pinned)).toContain(pinOf(world))
}

const pinOf = ({ plan }: RestoreWorld) =>
  plan.steps.flatMap((step) => (step.kind === 'TakeSnapshot' ? [step.pin] : []))[0]

test('the plan has every kind of step that puts something back', () => {
  const [{ plan, place }] = worlds
  const id = plan.intent.kind === 'restore' ? plan.intent.snapshot.slice(-8).toLowerCase() : ''
  const words = renderPlan(plan).replaceAll(`${place.root}/`, '').replaceAll(id, 'ID')
  expect(words).toMatchInlineSnapshot(`
    "1. CheckSnapshot: read what is needed of snapshot ID to its last byte: volume:odin_data, volume:odin_gone, 2 files (nothing is touched before it is known to be sound)
    2. StopServices: stop web, cache (nobody may write to what is put back)
    3. TakeSnapshot: keep the present state in a snapshot of its own, with odin_data (all of it can be undone from there)
    4. RestoreVolume: put volume odin_data back as in snapshot ID (volume odin_data: 2 created, 1 replaced, 1 deleted, 1 unchanged) (it is not what the snapshot holds)
    5. RestoreVolume: put volume odin_gone back as in snapshot ID (volume odin_gone) (it is missing)
    6. PutBackFiles: put back odin/proxy.yml (from snapshot ID), odin/rules/new.yml (from snapshot ID), and restart proxy (they are not what the snapshot holds)
    7. StartServices: start what ran of web, cache (they ran before)
    8. VerifyRestored: see that proxy, web, cache work, within 1 s (what was put back counts only when it is seen to work)"
  `)
})

test('what is compared is not the same to begin with', () => {
  expect(before).not.toEqual(after)
  expect(after).toMatchInlineSnapshot(`
    {
      "containers": [
        "odin-proxy-1 unless-stopped running # then
    ",
        "odin-web-1 unless-stopped running ",
        "odin-cache-1 unless-stopped running ",
        "odin-idle-1 unless-stopped exited",
        "odin-other-1 unless-stopped running ",
      ],
      "data": [
        ". 0:0 755 directory",
        "one 0:0 644 1793527200 one",
        "same 0:0 644 1793527200 same",
        "sub 0:0 755 directory",
        "sub/deep 0:0 755 directory",
        "sub/deep/two 0:0 600 1793527200 120000 bytes",
        "sub/link 0:0 -> ../one",
      ],
      "gone": [
        ". 0:0 755 directory",
        "kept 0:0 644 1793527200 kept",
      ],
      "helpers": [],
      "odin": [
        ". 0:0 755 directory",
        "docker-compose.yml 0:0 644 services: {}
    ",
        "proxy.yml 0:0 640 # then
    ",
        "rules 0:0 755 directory",
        "rules/new.yml 0:0 600 # rules
    ",
      ],
    }
  `)
})

/** The next case is taken by whichever world is free. */
async function inBoth(work: (world: RestoreWorld) => Promise<void>): Promise<void> {
  const ended = await Promise.allSettled(worlds.map(work))
  for (const one of ended) if (one.status === 'rejected') throw one.reason
}

const moments: Moment[] = ['before', 'torn', 'after']

describe.each(moments)('killed %s a journal record', { timeout: 300_000 }, (moment) => {
  test('it can be gone on with and rolled back, whichever it was', async () => {
    const left = [...records]
    await inBoth(async (world) => {
      for (let record = left.shift(); record !== undefined; record = left.shift()) {
        await world.reset()
        const order = orderOf(world, { record, moment })
        expect(await runChild(order, world.place.root)).toMatchObject({ signal: 'SIGKILL' })
        const odd = (record + moments.indexOf(moment)) % 2 === 1
        await settleAndLook(world, odd ? 'continue' : 'roll-back')
      }
    })
  })
})

const calls = [
  { names: 'rename,renameat,renameat2', least: 20 },
  { names: 'connect', least: 30 },
]

describe.each(calls)('killed at a call of $names', { timeout: 300_000 }, ({ names, least }) => {
  test('it can be gone on with and rolled back, whichever it was', async () => {
    let next = 1
    let kills = 0
    let ended = false
    await inBoth(async (world) => {
      while (!ended) {
        const at = next++
        await world.reset()
        const { signal, out } = await runChild(orderOf(world), world.place.root, { names, at })
        if (signal === null) {
          expect(out).toBe(done)
          expect(await world.look()).toEqual(after)
          ended = true
        } else {
          kills += 1
          await settleAndLook(world, at % 2 === 1 ? 'continue' : 'roll-back')
        }
      }
    })
    expect(kills).toBeGreaterThanOrEqual(least)
  })
})
