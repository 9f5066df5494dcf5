import { createClient, type MessageBus } from 'dbus-native'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { connectSessionBus } from '../../electron/adapters/session-bus/session-bus.ts'
import { userUnits } from '../../electron/adapters/systemd/user-unit.ts'
import { type PrivateBus, startPrivateBus } from '../support/private-bus.ts'

const manager = 'org.freedesktop.systemd1.Manager'
const root = '/org/freedesktop/systemd1'
const desktop = 'docker-desktop.service'
const never = new AbortController().signal

let daemon: PrivateBus
let systemd: MessageBus
const units = userUnits(() => connectSessionBus({ DBUS_SESSION_BUS_ADDRESS: daemon.address }))

beforeAll(async () => {
  daemon = await startPrivateBus()
  systemd = createClient({ busAddress: daemon.address })
})
afterEach(async () => {
  await systemd.releaseName('org.freedesktop.systemd1')
})
afterAll(async () => {
  systemd.connection.end()
  await daemon.stop()
})

/** As much of systemd as a start needs: LoadUnit, Get, Subscribe, StartUnit, JobRemoved. */
async function aSystemd(given: { exists: boolean; result?: string; early?: boolean }) {
  const unitPath = `${root}/unit/docker_2ddesktop_2eservice`
  const jobPath = `${root}/job/7`
  const calls: string[] = []
  let active = 'inactive'
  let subscribed = false

  const handle = (path: string, iface: string, member: string, reply: string, answer: Answer) =>
    systemd.setMethodCallHandler(path, iface, member, [answer, reply])
  const jobRemoved = () => {
    active = given.result === 'done' ? 'active' : 'failed'
    if (subscribed) {
      systemd.sendSignal(root, manager, 'JobRemoved', 'uoss', [7, jobPath, desktop, given.result])
    }
  }

  handle(root, manager, 'LoadUnit', 'o', () => unitPath)
  handle(root, manager, 'Subscribe', '', () => {
    subscribed = true
    return null
  })
  handle(root, manager, 'StartUnit', 'o', (unit, mode) => {
    calls.push(`StartUnit ${unit} ${mode}`)
    if (given.early) jobRemoved()
    else setImmediate(jobRemoved)
    return jobPath
  })
  const unit = {
    LoadState: given.exists ? 'loaded' : 'not-found',
    get ActiveState() {
      return active
    },
    UnitFileState: 'enabled',
    get SubState() {
      return active === 'active' ? 'running' : 'dead'
    },
  }
  systemd.exportInterface(unit, unitPath, {
    name: 'org.freedesktop.systemd1.Unit',
    methods: {},
    properties: { LoadState: 's', ActiveState: 's', SubState: 's', UnitFileState: 's' },
  })
  await systemd.requestName('org.freedesktop.systemd1', 0)
  return calls
}

type Answer = (...args: unknown[]) => unknown

test('tells a unit that is there from one that is not', async () => {
  await aSystemd({ exists: true })
  expect(await units.state(desktop, never)).toEqual({
    enablement: 'enabled',
    exists: true,
    active: 'inactive',
    sub: 'dead',
  })
  await aSystemd({ exists: false })
  expect(await units.state(desktop, never)).toMatchObject({ exists: false })
})

test.each([
  ['after the reply', false],
  ['before the reply', true],
])('starts a unit and waits for its job, which may end %s', async (_when, early) => {
  const calls = await aSystemd({ exists: true, result: 'done', early })
  await units.start(desktop, never)
  expect(calls).toEqual([`StartUnit ${desktop} replace`])
  expect(await units.state(desktop, never)).toMatchObject({ active: 'active', sub: 'running' })
})

test('says how a start failed', async () => {
  await aSystemd({ exists: true, result: 'failed' })
  await expect(units.start(desktop, never)).rejects.toThrow(
    `${desktop} could not be started: failed.`,
  )
})

test('a bus without systemd, and no bus at all, are said in words', async () => {
  await expect(units.state(desktop, never)).rejects.toThrow(/no systemd of this user answers/)
  const none = userUnits(() => undefined)
  await expect(none.start(desktop, never)).rejects.toThrow(/no D-Bus session bus/)
})

test('a bus whose socket is gone is an answer and not a wait for ever', async () => {
  const gone = userUnits(() =>
    connectSessionBus({ DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus' }),
  )
  await expect(gone.state(desktop, never)).rejects.toThrow(/cannot be reached/)
})

test('can be cancelled while systemd is still at work', async () => {
  await aSystemd({ exists: true, result: 'done' })
  systemd.setMethodCallHandler(root, manager, 'StartUnit', [() => `${root}/job/8`, 'o'])
  const cancel = new AbortController()
  const starting = units.start(desktop, cancel.signal)
  queueMicrotask(() => cancel.abort())
  await expect(starting).rejects.toThrow(/cancelled/i)
})
