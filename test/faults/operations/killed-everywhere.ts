import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { openOperations, settle } from '../../../electron/act/open-operations.ts'
import { readOperations } from '../../../electron/act/operation-directory.ts'
import type { Ops } from '../../../electron/act/ops.ts'
import type { Plan } from '../../../shared/plan/plan.ts'
import { type RunChild, tracedCalls, tracing } from './killable-child.ts'
import type { Call } from './killing-calls.ts'
import type { Death, Moment } from './killing-journal.ts'

// A plan is carried out by a child that is killed at each of its journal records, renames and
// connects; however it was left, gone on with it is done, and rolled back it never was.

type World = {
  place: { root: string; stateDirectory: string }
  plan: Plan
  look(): Promise<unknown>
}
export type Direction = 'continue' | 'roll-back'

export type Killing<W extends World> = {
  runChild: RunChild
  /** A world as it is before the plan; two of them may be out at a time. */
  inWorld(work: (world: W) => Promise<void>): Promise<void>
  opsOf(world: W): Ops
  /** What a start of the app does besides, before it is looked at. */
  sweep?(world: W): Promise<void>
  /** What else holds once it is settled. */
  expectSettled?(world: W, direction: Direction): Promise<void>
}

/** The world before, and after a run that nobody disturbs. */
type Looks = { before: unknown; after: unknown }

const slow = { timeout: 600_000 }
const calls: Call[] = ['rename', 'connect']
const never: Death = { record: 0, moment: 'before' }
const lanes = (work: () => Promise<void>) => Promise.all([work(), work()])

/** Writes the tests. `given` is asked once the suite has begun. */
export function killedEverywhere<W extends World>(given: () => Killing<W>): Looks {
  const looks: Looks = { before: undefined, after: undefined }
  /** Of its journal. */
  let records = 0

  const run = ({ place, plan }: W, death: Death, around?: readonly string[]) =>
    given().runChild({ place, plan, ...death }, place.root, around)

  function expectDone({ plan }: W, out: string): void {
    expect(out).toContain(`done All ${plan.steps.length} steps are done. `)
  }

  beforeAll(async () => {
    await given().inWorld(async (world) => {
      looks.before = await world.look()
      const { out } = await run(world, never)
      expectDone(world, out)
      looks.after = await world.look()
      const operation = (await readOperations(world.place.stateDirectory)).at(-1)
      records = operation?.records.length ?? 0
      // An intent and a done for each step, and the end.
      expect(records).toBeGreaterThanOrEqual(2 * world.plan.steps.length + 1)
    })
  })

  async function settleAndLook(world: W, direction: Direction): Promise<void> {
    const { opsOf, sweep, expectSettled } = given()
    const { stateDirectory } = world.place
    const [open, ...others] = await openOperations(stateDirectory)
    expect(others).toEqual([])
    if (open === undefined) {
      // Nothing was begun yet, or its last word was on disk.
      expect([looks.before, looks.after]).toContainEqual(await world.look())
      return
    }
    const parts = { ops: opsOf(world), stateDirectory, onProgress() {} }
    const { outcome, sentence } = await settle(open, direction, parts)
    expect(outcome, sentence).toBe(direction === 'continue' ? 'done' : 'rolled-back')
    await sweep?.(world)
    expect(await world.look()).toEqual(direction === 'continue' ? looks.after : looks.before)
    expect(await openOperations(stateDirectory)).toEqual([])
    await expectSettled?.(world, direction)
    await expect(settle(open, direction, parts)).rejects.toThrow(/already ended/)
  }

  test('no rename and no connect of it is missed', async () => {
    await given().inWorld(async (world) => {
      const file = join(world.place.root, 'calls')
      const { out } = await run(world, never, tracing(file))
      expectDone(world, out)
      const counted = JSON.parse(out.slice(out.lastIndexOf('{')))
      expect(counted).toEqual(await tracedCalls(file))
      expect(counted.rename).toBeGreaterThanOrEqual(10)
      expect(counted.connect).toBeGreaterThanOrEqual(20)
    })
  })

  describe.each(['at', 'after'] as const)('killed %s a journal record', slow, (when) => {
    test('it can be gone on with and rolled back, whichever it was', async () => {
      let next = 1
      await lanes(async () => {
        while (next <= records) {
          const record = next++
          // Its intent and its done: a step has both of them settled the same way.
          const step = Math.ceil(record / 2)
          const unwritten: Moment = (record + step) % 2 === 1 ? 'before' : 'torn'
          const moment = when === 'at' ? unwritten : 'after'
          const isToGoOn = (step % 2 === 1) === (when === 'at')
          await given().inWorld(async (world) => {
            expect(await run(world, { record, moment })).toMatchObject({ signal: 'SIGKILL' })
            await settleAndLook(world, isToGoOn ? 'continue' : 'roll-back')
          })
        }
      })
    })
  })

  describe.each(calls)('killed instead of a %s', slow, (call) => {
    test('it can be gone on with and rolled back, whichever it was', async () => {
      let next = 1
      let hasEnded = false
      await lanes(async () => {
        while (!hasEnded) {
          const at = next++
          await given().inWorld(async (world) => {
            const { signal, out } = await run(world, { ...never, call: { call, at } })
            if (signal !== null) {
              return settleAndLook(world, at % 2 === 1 ? 'continue' : 'roll-back')
            }
            expectDone(world, out)
            expect(await world.look()).toEqual(looks.after)
            hasEnded = true
          })
        }
      })
    })
  })

  return looks
}
