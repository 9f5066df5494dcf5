import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openOperations, settle } from '../../electron/act/open-operations.ts'
import { renderPlan } from '../../shared/plan/plan.ts'
import { type PrivateBus, startPrivateBus } from '../support/private-bus.ts'
import { type SystemdStandIn, startSystemdStandIn } from '../support/systemd-stand-in.ts'
import { killableChild, type RunChild } from './killable-child.ts'
import type { Moment } from './killing-journal.ts'
import { type ChildOrder, recoveryOps } from './recovery-child.ts'
import { aRecoveryWorld, type RecoveryWorld } from './recovery-world.ts'

let root: string
let bus: PrivateBus
let systemd: SystemdStandIn
let runChild: RunChild
/** The world before, and after a recovery that nobody disturbs. */
let before: unknown
let after: unknown

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kr-'))
  runChild = await killableChild('recovery-child.ts', root)
  bus = await startPrivateBus()
  systemd = await startSystemdStandIn(bus.address)
  const world = await aWorld()
  before = await world.look()
  const { out } = await runChild(orderOf(world), world.place.root)
  expect(out).toBe('done All 9 steps are done.\n')
  after = await world.look()
  await world.remove()
})
afterAll(async () => {
  await systemd.stop()
  await bus.stop()
  await rm(root, { recursive: true, force: true })
})

const aWorld = (): Promise<RecoveryWorld> => aRecoveryWorld(root, systemd, bus.address)

const orderOf = (
  { place, plan }: RecoveryWorld,
  { record = 0, moment = 'before' as Moment } = {},
): ChildOrder => ({ place, plan, record, moment })

type Direction = 'continue' | 'roll-back'

/** However it was left: gone on with it is done, rolled back it never was. */
async function settleAndLook(world: RecoveryWorld, direction: Direction): Promise<void> {
  const { stateDirectory } = world.place
  const [open, ...others] = await openOperations(stateDirectory)
  expect(others).toEqual([])
  if (open === undefined) {
    // Nothing was begun yet, or its last word was on disk.
    expect([before, after]).toContainEqual(await world.look())
    return
  }
  const parts = { ops: recoveryOps(world.place), stateDirectory, onProgress() {} }
  const view = await settle(open, direction, parts)
  expect(view).toMatchObject({ outcome: direction === 'continue' ? 'done' : 'rolled-back' })
  expect(await world.look()).toEqual(direction === 'continue' ? after : before)
  expect(await openOperations(stateDirectory)).toEqual([])
  await expect(settle(open, direction, parts)).rejects.toThrow(/already ended/)
}

test('the plan is the one of the incident', async () => {
  const world = await aWorld()
  expect(renderPlan(world.plan).replaceAll(`${world.place.root}/`, '')).toMatchInlineSnapshot(`
    "1. StopUnit: stop node_exporter-2.service and keep it from starting by itself (it does the work of node-exporter)
    2. StopUnit: stop gpu_exporter-2.service (it does the work of gpu-exporter)
    3. HoldContainers: stop odin-prometheus-1 and odin-loki-1 on default and keep them from starting by themselves (odin belongs on desktop-linux)
    4. KeepCopy: keep a copy of docker/config.json (it is about to be changed)
    5. SelectContext: set the Docker context from default to desktop-linux (desktop-linux is the home of odin)
    6. VerifyEngine: ask unix://home.sock whether it is engine HOME (a context is only a name)
    7. PutBackFiles: put back odin/prometheus.yml (as accepted), odin/grafana.ini (as accepted), and restart prometheus, grafana (they are not what was accepted)
    8. BringUp: bring up init, prometheus, grafana, loki, node-exporter of odin on desktop-linux (init, prometheus, loki, node-exporter not running)
    9. VerifyStack: see that odin works, within 1 s (what was done counts only when it is seen to work)"
  `)
  await world.remove()
})

test('what is compared is not the same to begin with', () => {
  expect(before).not.toEqual(after)
  expect(after).toMatchInlineSnapshot(`
    {
      "docker": {
        "config.json": "600 {
    	"auths": { "registry.example": { "auth": "c2VjcmV0" } },
    	"other": [1, 2.50],
    	"currentContext": "desktop-linux"
    }
    ",
        "contexts": "directory",
      },
      "home": [
        "odin-grafana-1 unless-stopped running none ; accepted
    ",
        "odin-loki-1 unless-stopped running none ",
        "odin-node-exporter-1 unless-stopped running none ",
        "odin-prometheus-1 unless-stopped running healthy # accepted
    ",
      ],
      "odin": {
        "docker-compose.yml": "644 ",
        "grafana.ini": "604 ; accepted
    ",
        "prometheus.yml": "640 # accepted
    ",
      },
      "stray": [
        "odin-loki-1 unless-stopped exited",
        "odin-prometheus-1 unless-stopped exited",
      ],
      "units": [
        {
          "active": "inactive",
          "enablement": "disabled",
        },
        {
          "active": "inactive",
          "enablement": "disabled",
        },
      ],
    }
  `)
})

const moments: Moment[] = ['before', 'torn', 'after']
/** An intent and a done for each step, and the end. */
const records = Array.from({ length: 19 }, (_, index) => index + 1)
const lanes = (work: () => Promise<void>) => Promise.all([work(), work()])

describe.each(moments)('killed %s a journal record', { timeout: 300_000 }, (moment) => {
  test('it can be gone on with and rolled back, whichever it was', async () => {
    const left = [...records]
    await lanes(async () => {
      for (let record = left.shift(); record !== undefined; record = left.shift()) {
        const world = await aWorld()
        const order = orderOf(world, { record, moment })
        expect(await runChild(order, world.place.root)).toMatchObject({ signal: 'SIGKILL' })
        const odd = (record + moments.indexOf(moment)) % 2 === 1
        await settleAndLook(world, odd ? 'continue' : 'roll-back')
        await world.remove()
      }
    })
  })
})

const calls = [
  { names: 'rename,renameat,renameat2', least: 12 },
  { names: 'fsync,fdatasync', least: 40 },
  { names: 'connect', least: 20 },
]

describe.each(calls)('killed at a call of $names', { timeout: 300_000 }, ({ names, least }) => {
  test('it can be gone on with and rolled back, whichever it was', async () => {
    let next = 1
    let kills = 0
    let ended = false
    await lanes(async () => {
      while (!ended) {
        const at = next++
        const world = await aWorld()
        const { signal, out } = await runChild(orderOf(world), world.place.root, { names, at })
        if (signal === null) {
          expect(out).toBe('done All 9 steps are done.\n')
          expect(await world.look()).toEqual(after)
          ended = true
        } else {
          kills += 1
          await settleAndLook(world, at % 2 === 1 ? 'continue' : 'roll-back')
        }
        await world.remove()
      }
    })
    expect(kills).toBeGreaterThanOrEqual(least)
  })
})
