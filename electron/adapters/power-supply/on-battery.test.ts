import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { onBattery } from './on-battery.ts'

type Supply = Partial<Record<'type' | 'online' | 'status' | 'scope', string>>

const mains = (online: string): Supply => ({ type: 'Mains', online })
const battery = (status: string): Supply => ({ type: 'Battery', status, scope: 'System' })

test.each<[string, Supply[], boolean]>([
  ['a desktop', [], false],
  ['plugged in', [mains('1'), battery('Charging')], false],
  ['plugged in and full', [mains('1'), battery('Not charging')], false],
  ['unplugged', [mains('0'), battery('Discharging')], true],
  ['charged by one of two USB ports', [mains('0'), mains('1'), battery('Discharging')], false],
  ['without a word about the mains', [battery('Discharging')], true],
  ['a mouse', [{ type: 'Battery', status: 'Discharging', scope: 'Device' }], false],
])('%s', async (_, supplies, expected) => {
  const directory = await mkdtemp(join(tmpdir(), 'power-'))
  for (const [index, supply] of supplies.entries()) {
    await mkdir(join(directory, `S${index}`))
    for (const [name, text] of Object.entries(supply)) {
      await writeFile(join(directory, `S${index}`, name), `${text}\n`)
    }
  }
  expect(await onBattery(directory)).toBe(expected)
})

test('a machine that says nothing of its power is not on battery', async () => {
  expect(await onBattery('/there/is/no/such/directory')).toBe(false)
})
