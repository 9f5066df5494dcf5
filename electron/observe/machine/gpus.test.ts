import { execFile } from 'node:child_process'
import { unlink, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Gpus } from '../../../shared/domain/gpu.ts'
import type { Reading } from '../../../shared/domain/reading.ts'
import {
  aGpuMachine,
  fixtureCards,
  type GpuMachine,
  gpuFixture,
} from '../../../test/support/a-gpu-machine.ts'
import { type Collected, collected } from '../../../test/support/collected.ts'
import type { Watcher } from '../watcher.ts'
import { gpuHistory } from './gpu-history.ts'
import { type GpuWatcherParts, gpuWatcher } from './gpus.ts'

const hasRealCards = await promisify(execFile)('nvidia-smi', ['-L']).then(
  ({ stdout }) => stdout.startsWith('GPU '),
  () => false,
)

let machine: GpuMachine
let watching: Watcher<Gpus> | undefined
let readings: Collected<Reading<Gpus>>

const [resting = {}, working = {}, mig = {}, broken = {}] = fixtureCards()

beforeEach(async () => {
  machine = await aGpuMachine()
  readings = collected()
})
afterEach(async () => {
  await watching?.stop()
  await machine.close()
})

function start(more: Partial<GpuWatcherParts> = {}): Watcher<Gpus> {
  watching = gpuWatcher({
    ...{ env: machine.env, sysfsRoot: machine.sysfsRoot, checkEveryMs: 20, random: () => 0 },
    ...more,
  })
  watching.start(readings.add)
  return watching
}

const until = async (fits: (gpus: Gpus) => boolean): Promise<Gpus> => {
  const reading = await readings.until(
    (one): one is Reading<Gpus> & { status: 'known' } => one.status === 'known' && fits(one.value),
  )
  return reading.value
}
const queries = async () =>
  (await machine.calls()).filter((call) => call.startsWith('--query-gpu='))

const sources: { name: string; parts: () => Partial<GpuWatcherParts> }[] = [
  { name: 'the stand-in', parts: () => ({}) },
  ...(hasRealCards
    ? [{ name: 'the real nvidia-smi', parts: () => ({ env: process.env, sysfsRoot: '/sys' }) }]
    : []),
]

test(
  hasRealCards
    ? 'the real nvidia-smi of this machine is asked too'
    : 'NOT RUN against a real nvidia-smi: this machine has none with a GPU, only the stand-in is asked',
  () => expect(sources).toHaveLength(hasRealCards ? 2 : 1),
)

describe.each(sources)('$name', ({ parts }) => {
  test('tells each card with its identity, its memory and a history', async () => {
    await machine.play({ cards: [resting, working, mig, broken] })
    start({ everySeconds: 1, ...parts() })
    const gpus = await until(({ cards }) => cards.length > 0)
    expect(gpus.trouble).toBeUndefined()
    expect(gpus.driverVersion).toMatch(/^\d+\.\d+/)
    for (const card of gpus.cards) {
      expect(card.uuid).toMatch(/^GPU-/)
      expect(card.memoryTotalBytes).toBeGreaterThan(2 ** 30)
      expect(gpus.history[card.uuid]).toHaveLength(1)
    }
    expect(gpus.cards.map(({ index }) => index)).toEqual(gpus.cards.map((_, at) => at))
  })
})

test('tells a new round as soon as it comes, from one nvidia-smi', async () => {
  await machine.play({ cards: [{ ...resting, count: '1' }] })
  start()
  await until(({ cards }) => cards[0]?.temperatureCelsius === 41)
  await machine.play({ cards: [{ ...resting, count: '1', 'temperature.gpu': '90' }] })
  await until(({ cards }) => cards[0]?.temperatureCelsius === 90)
  expect(await queries()).toHaveLength(1)
})

test('works with an old version that names its fields otherwise and counts no cards', async () => {
  const old = {
    ...{ index: '0', gpu_uuid: 'GPU-1', gpu_bus_id: '00000000:01:00.0', gpu_name: 'Tesla K80' },
    ...{ 'memory.total': '11441', 'memory.used': '[Not Supported]' },
  }
  await machine.play({ help: gpuFixture('help-query-gpu-old.txt'), cards: [old] })
  start()
  const { cards } = await until(({ cards }) => cards.length === 1)
  expect(cards[0]).toMatchObject({ uuid: 'GPU-1', name: 'Tesla K80' })
  expect(cards[0]).not.toHaveProperty('memoryUsedBytes')
})

test('knows who computes on which card', async () => {
  const uuid = working['uuid'] ?? ''
  const ffmpeg = { gpu_uuid: uuid, pid: '4711', used_memory: '503', process_name: 'ffmpeg' }
  await machine.play({ cards: [resting, working], processes: [ffmpeg] })
  start({ everySeconds: 1 })
  const { cards } = await until(({ cards }) => cards.some(({ processes }) => processes.length > 0))
  expect(cards.map(({ processes }) => processes)).toEqual([
    [],
    [{ pid: 4711, name: 'ffmpeg', memoryBytes: 503 * 1024 * 1024 }],
  ])
})

describe('a card cut up by MIG', () => {
  const alone = { ...mig, count: '1' }

  test('is told with each of its parts, and who computes in them', async () => {
    const part = 'MIG-0d1ec0de-0000-5000-8000-000000000031'
    await machine.play({
      cards: [alone],
      processes: [{ gpu_uuid: part, pid: '9', used_memory: '9000', process_name: 'train' }],
      list: gpuFixture('mig-list.txt'),
      report: gpuFixture('mig-report.xml'),
    })
    start({ everySeconds: 1, processesEverySeconds: 1 })
    const { cards } = await until(({ cards }) => (cards[0]?.processes.length ?? 0) > 0)
    const mebibyte = 1024 * 1024
    expect(cards[0]?.migDevices).toEqual([
      {
        ...{ index: 0, profile: '3g.40gb', uuid: part },
        ...{ memoryUsedBytes: 9216 * mebibyte, memoryTotalBytes: 40448 * mebibyte },
      },
      {
        ...{ index: 1, profile: '1g.10gb', uuid: 'MIG-0d1ec0de-0000-5000-8000-000000000032' },
        memoryTotalBytes: 9984 * mebibyte,
      },
    ])
    expect((await machine.calls()).filter((call) => call === '-L')).toHaveLength(1)
  })

  test('beside one that sleeps is not listed, which would wake it', async () => {
    await machine.power('0000:01:00.0', 'suspended')
    await machine.power('0000:41:00.0', 'active', 'on')
    await machine.play({ cards: [alone], report: gpuFixture('mig-report.xml') })
    start({ everySeconds: 1, processesEverySeconds: 1 })
    const { cards } = await until(({ cards }) => cards.some(({ migDevices }) => migDevices))
    expect(cards.find(({ asleep }) => !asleep)?.migDevices).toHaveLength(2)
    const calls = await machine.calls()
    expect(calls).toContain('-q -x --id=0000:41:00.0 -l 1')
    expect(calls).not.toContain('-L')
  })

  test('no other card costs a report', async () => {
    await machine.play({ cards: [{ ...resting, count: '1' }] })
    start()
    await until(({ cards }) => cards.length === 1)
    expect((await machine.calls()).filter((call) => call.includes('-x'))).toEqual([])
  })
})

describe('trouble', () => {
  test.each([
    [9, 'no-driver.rc9.txt', 'no-driver'],
    [12, 'no-library.rc12.txt', 'no-library'],
    [15, 'lost.rc15.txt', 'lost'],
    [18, 'mismatch.rc18.txt', 'version-mismatch'],
  ])('with exit code %i is known, whatever stdout says', async (code, file, kind) => {
    await machine.play({ fails: { code, stdout: gpuFixture(file) } })
    start()
    const { trouble, cards } = await until((gpus) => gpus.trouble !== undefined)
    expect(trouble).toMatchObject({ kind })
    expect(cards).toEqual([])
  })

  test('no nvidia-smi at all is known too', async () => {
    await unlink(machine.program)
    start()
    const { trouble } = await until((gpus) => gpus.trouble !== undefined)
    expect(trouble).toEqual({ kind: 'not-installed', message: 'nvidia-smi is not installed.' })
  })

  test('in the middle keeps who the cards are and forgets what they did; then all is well again', async () => {
    await machine.play({ cards: [resting, { ...working, count: '2' }] })
    start()
    await until(({ cards }) => cards.length === 2)
    await machine.play({ fails: { code: 15, stdout: gpuFixture('lost.rc15.txt') } })
    const { cards, history } = await until(({ trouble }) => trouble?.kind === 'lost')
    expect(cards.map(({ uuid }) => uuid)).toEqual([resting['uuid'], working['uuid']])
    expect(cards[1]).not.toHaveProperty('temperatureCelsius')
    expect(Object.keys(history)).toHaveLength(2)
    const before = readings.all.length
    await machine.play({ fails: undefined })
    await readings.until((one) => one.status === 'known' && !one.value.trouble, before)
  })

  test('a hanging nvidia-smi is silent, and is ended', async () => {
    await machine.play({ silent: true })
    start({ silentAfterMs: 1000 })
    const { trouble } = await until((gpus) => gpus.trouble !== undefined)
    expect(trouble).toEqual({
      kind: 'silent',
      message: 'nvidia-smi has not answered for 1 s.',
    })
  })
})

describe('a sleeping card', () => {
  test('is reported and never asked', async () => {
    await machine.power('0000:01:00.0', 'suspended')
    await machine.play({ cards: [{ ...resting, count: '1' }] })
    start()
    const { cards } = await until(() => true)
    expect(cards).toMatchObject([{ asleep: true, pciBusId: '0000:01:00.0' }])
    expect(await machine.calls()).toEqual([])
    await machine.power('0000:01:00.0', 'active')
    await until(({ cards }) => cards[0]?.asleep === false)
  })

  test('stops nvidia-smi, and is remembered by name', async () => {
    await machine.power('0000:01:00.0', 'active')
    await machine.play({ cards: [{ ...resting, count: '1' }] })
    start()
    await until(({ cards }) => cards[0]?.asleep === false)
    await machine.power('0000:01:00.0', 'suspended')
    const { cards } = await until(({ cards }) => cards[0]?.asleep === true)
    expect(cards).toEqual([
      {
        ...{ index: 0, uuid: resting['uuid'], name: resting['name'] },
        ...{ pciBusId: resting['pci.bus_id'], asleep: true, processes: [] },
      },
    ])
  })

  test('beside one that is awake is left out of the question', async () => {
    await machine.power('0000:01:00.0', 'suspended')
    await machine.power('0000:02:00.0', 'active', 'on')
    await machine.play({ cards: [resting, { ...working, count: '2' }] })
    start()
    const { cards } = await until(({ cards }) => cards.some(({ asleep }) => !asleep))
    expect(cards.map(({ asleep }) => asleep)).toEqual([true, false])
    expect(await queries()).toEqual([expect.stringContaining('--id=0000:02:00.0')])
  })

  test('is allowed to fall asleep when nobody computes', async () => {
    await machine.power('0000:01:00.0', 'active')
    await machine.play({ cards: [{ ...resting, count: '1' }] })
    start({ idleMs: 0 })
    const { cards } = await until(({ cards }) => cards[0]?.asleep === false)
    expect(cards).toHaveLength(1)
    await machine.power('0000:01:00.0', 'suspended')
    await until(({ cards }) => cards[0]?.asleep === true)
  })

  test('cards of others, other devices, and machines without PCI do not count', async () => {
    await machine.power('0000:00:02.0', 'suspended')
    await machine.play({ cards: [{ ...resting, count: '1' }] })
    await writeFile(`${machine.sysfsRoot}/bus/pci/devices/0000:00:02.0/vendor`, '0x8086\n')
    start()
    const { cards } = await until(({ cards }) => cards.length > 0)
    expect(cards).toHaveLength(1)
  })
})

test('after stop nothing of it runs any more', async () => {
  await machine.play({ cards: [{ ...resting, count: '1' }] })
  const watching = start()
  await until(({ cards }) => cards.length === 1)
  await watching.stop()
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'args'])
  expect(stdout).not.toContain(machine.program.replace('bin/nvidia-smi', 'scene.json'))
})

describe('the history', () => {
  const card = (temperatureCelsius: number, uuid = 'GPU-1') => ({
    ...{ index: 0, uuid, name: '', pciBusId: '', asleep: false, processes: [] },
    temperatureCelsius,
  })

  test('means over slots, and keeps an hour', () => {
    const history = gpuHistory({ slotMs: 10, keepMs: 100 })
    history.add(1000, [card(40)])
    history.add(1005, [card(60)])
    history.add(1010, [card(70)])
    expect(history.read()).toEqual({
      'GPU-1': [
        { at: 1000, temperatureCelsius: 50 },
        { at: 1010, temperatureCelsius: 70 },
      ],
    })
    for (let at = 1020; at < 5000; at += 5) history.add(at, [card(50)])
    expect(history.read()['GPU-1']).toHaveLength(10)
  })

  test('forgets a card that is gone, and stays in order when the clock is set back', () => {
    const history = gpuHistory({ slotMs: 10, keepMs: 100 })
    history.add(1000, [card(40, 'GPU-gone'), card(40)])
    history.add(1050, [card(50)])
    history.add(1010, [card(60)])
    expect(history.read()['GPU-1']?.map(({ at }) => at)).toEqual([1000, 1010])
    history.add(2000, [card(40)])
    expect(Object.keys(history.read())).toEqual(['GPU-1'])
  })
})
