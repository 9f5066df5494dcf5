import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

const usualDirectory = '/sys/class/power_supply'

/**
 * Whether this machine lives on its battery now. False where that cannot be told: a machine
 * without a battery, a container, another system.
 */
export async function onBattery(directory: string = usualDirectory): Promise<boolean> {
  const names = await readdir(directory).catch(() => [])
  const supplies = await Promise.all(names.map((name) => supplyIn(join(directory, name))))
  if (supplies.some(({ type, online }) => type !== 'Battery' && online === '1')) return false
  // A mouse has a battery too; its scope is Device.
  return supplies.some(
    ({ type, scope, status }) =>
      type === 'Battery' && scope !== 'Device' && status === 'Discharging',
  )
}

async function supplyIn(directory: string) {
  const read = (name: string) =>
    readFile(join(directory, name), 'utf8').then(
      (text) => text.trim(),
      () => '',
    )
  const [type, online, status, scope] = await Promise.all(
    ['type', 'online', 'status', 'scope'].map(read),
  )
  return { type, online, status, scope }
}
