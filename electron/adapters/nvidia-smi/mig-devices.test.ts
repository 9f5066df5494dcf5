import { expect, test } from 'vitest'
import { gpuFixture } from '../../../test/support/a-gpu-machine.ts'
import { migReader, parseMigList } from './mig-devices.ts'

test('a list names the parts of each card', () => {
  expect(
    parseMigList(gpuFixture('mig-list.txt')).get('GPU-0d1ec0de-0000-4000-8000-000000000003'),
  ).toEqual([
    { index: 0, profile: '3g.40gb', uuid: 'MIG-0d1ec0de-0000-5000-8000-000000000031' },
    { index: 1, profile: '1g.10gb', uuid: 'MIG-0d1ec0de-0000-5000-8000-000000000032' },
  ])
})

test.each([
  [
    'as drivers before 470 write it',
    '  MIG 1g.5gb Device 0: (UUID: MIG-GPU-1/7/0)',
    'MIG-GPU-1/7/0',
  ],
  ['without a UUID', '  MIG 1g.18gb     Device  0:', undefined],
  ['half of a card with media engines', '  MIG 1g.10gb+me  Device  0: (UUID: MIG-2)', 'MIG-2'],
])('a list %s', (_, line, uuid) => {
  const [device] = parseMigList(`GPU 0: A100 (UUID: GPU-1)\n${line}\n`).get('GPU-1') ?? []
  expect(device?.uuid).toBe(uuid)
  expect(device?.index).toBe(0)
})

test('a report is read line by line; what is outside a part is not taken for one', () => {
  const rounds: Record<string, unknown>[] = []
  const read = migReader((devices) => rounds.push(Object.fromEntries(devices)))
  const lines = gpuFixture('mig-report.xml').split('\n')
  expect([...lines, ...lines].every(read)).toBe(true)
  expect(rounds).toHaveLength(2)
  expect(rounds[1]).toMatchObject({
    '00000000:41:00.0': [{ index: 0, memoryUsedBytes: 9216 * 1024 * 1024 }, { index: 1 }],
    '00000000:42:00.0': [],
  })
})

test('what is no report is left for whoever wants to know why it ended', () => {
  expect(migReader(() => {})('Failed to initialize NVML: Driver Not Loaded')).toBe(false)
})
