import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { connectSystemBus } from '../../electron/adapters/session-bus/session-bus.ts'
import { systemdUnits } from '../../electron/adapters/systemd/systemd-units.ts'
import { unitWatcher } from '../../electron/observe/machine/units.ts'
import type { Reading } from '../../shared/domain/reading.ts'
import type { Unit } from '../../shared/domain/unit.ts'
import { type Collected, collected } from '../support/collected.ts'
import { type SystemdMachine, startSystemd } from './systemd-machine.ts'

// A real systemd whose units come and go; our watcher hears of it by its signals alone.

const good = 'node_exporter.service'
const bad = 'nvidia_gpu_exporter.service'
const rarelyMs = 3_600_000

let machine: SystemdMachine
let readings: Collected<Reading<readonly Unit[]>>
const units = () =>
  systemdUnits({
    scope: 'system',
    connect: () => connectSystemBus({ DBUS_SYSTEM_BUS_ADDRESS: machine.busAddress }),
  })

beforeAll(async () => {
  machine = await startSystemd({
    [good]: '[Unit]\nDescription=Node exporter\n[Service]\nExecStart=/bin/sleep infinity\n',
    [bad]: '[Service]\nType=oneshot\nExecStart=/bin/false\n',
    'variables_exporter.service':
      '[Service]\nExecStart=/bin/sleep infinity\nEnvironmentFile=/etc/default/one\nEnvironmentFile=-/etc/default/two\n',
    'prometheus@.service': '[Service]\nExecStart=/bin/sleep infinity\n',
    'bystander.service': '[Service]\nExecStart=/bin/sleep infinity\n',
  })
})
afterAll(() => machine?.close())

const unit = (reading: Reading<readonly Unit[]>, name: string) =>
  reading.status === 'known' ? reading.value.find((one) => one.name === name) : undefined
const until = async (name: string, fits: (unit: Unit) => boolean, from = 0): Promise<Unit> => {
  const is = (reading: Reading<readonly Unit[]>) => {
    const found = unit(reading, name)
    return found !== undefined && fits(found)
  }
  return unit(await readings.until(is, from), name) as Unit
}

describe('the units of a real systemd', () => {
  const watching = () => unitWatcher({ system: units(), everyMs: rarelyMs })
  let watcher: ReturnType<typeof watching>

  beforeEach(async () => {
    readings = collected()
    watcher = watching()
    watcher.start(readings.add)
    await readings.until(({ status }) => status === 'known')
    return async () => {
      await watcher.stop()
    }
  })

  it('are there before anybody uses them, and templates and bystanders are not', async () => {
    const first = await readings.until(({ status }) => status === 'known')
    expect(first).toMatchObject({
      value: [
        { name: good, scope: 'system', active: 'inactive', mainPid: 0, enablement: 'static' },
        { name: bad, scope: 'system', active: 'inactive', mainPid: 0, enablement: 'static' },
        { name: 'variables_exporter.service', active: 'inactive' },
      ],
    })
  })

  it('start and stop', async () => {
    await machine.systemctl('start', good)
    const running = await until(good, ({ active }) => active === 'active')
    expect(running).toMatchObject({
      ...{ description: 'Node exporter', load: 'loaded', sub: 'running', result: 'success' },
      ...{ mainPid: expect.any(Number), activeSince: expect.any(Number) },
    })
    expect(running.mainPid).toBeGreaterThan(1)
    expect(Math.abs(Date.now() - (running.activeSince ?? 0))).toBeLessThan(60_000)
    const asked = units()
    const signal = AbortSignal.timeout(60_000)
    expect(await asked.unitOf(running.mainPid, signal)).toBe(good)
    asked.close()
    const before = readings.all.length
    await machine.systemctl('stop', good)
    await until(good, ({ active, mainPid }) => active === 'inactive' && mainPid === 0, before)
  })

  it('restart as another process', async () => {
    await machine.systemctl('start', good)
    const { mainPid } = await until(good, (one) => one.mainPid > 0)
    const before = readings.all.length
    await machine.systemctl('restart', good)
    await until(good, (one) => one.mainPid > 0 && one.mainPid !== mainPid, before)
  })

  it('fail, with the reason', async () => {
    await machine.systemctl('start', bad)
    const failed = await until(bad, ({ active }) => active === 'failed')
    expect(failed).toMatchObject({ result: 'exit-code', mainPid: 0 })
    const before = readings.all.length
    await machine.systemctl('reset-failed', bad)
    await until(bad, ({ active }) => active === 'inactive', before)
  })

  it('are unknown while the machine is down, and known again when it is back', async () => {
    const before = readings.all.length
    await machine.restart()
    const down = await readings.until(({ status }) => status === 'unknown', before)
    expect(down).toMatchObject({ failure: { code: expect.stringMatching(/refused|timeout/) } })
    await readings.until(({ status }) => status === 'known', readings.all.indexOf(down))
    const back = readings.all.length
    await machine.systemctl('start', good)
    await until(good, ({ active }) => active === 'active', back)
  })
})

it('say where they are written down, by the word of systemd', async () => {
  const asked = units()
  const signal = AbortSignal.timeout(60_000)
  const all = await asked.list(['*_exporter.service'], signal)
  const files = await asked.files(all, signal)
  asked.close()
  expect(files.find(({ name }) => name === 'variables_exporter.service')).toEqual({
    name: 'variables_exporter.service',
    file: '/etc/systemd/system/variables_exporter.service',
    dropIns: [],
    environmentFiles: [
      { path: '/etc/default/one', isOptional: false },
      { path: '/etc/default/two', isOptional: true },
    ],
    enablement: 'static',
    needsReload: false,
  })
})

it('a machine without a bus is unknown once, with a sentence, and nothing spins', async () => {
  const readings = collected<Reading<readonly Unit[]>>()
  const env = { DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/nonexistent/system_bus_socket' }
  const nowhere = systemdUnits({ scope: 'system', connect: () => connectSystemBus(env) })
  const watcher = unitWatcher({ system: nowhere, everyMs: rarelyMs })
  watcher.start(readings.add)
  const reading = await readings.until(() => true)
  const message = 'Nobody answers on the D-Bus system bus.'
  expect(reading).toMatchObject({ status: 'unknown', failure: { code: 'refused', message } })
  await watcher.stop()
  expect(readings.all.length).toBeLessThan(4)
})
