import { readdir, readFile, readlink } from 'node:fs/promises'
import { basename, join } from 'node:path'

/** An NVIDIA card as the kernel's list of PCI devices has it. */
export type PciCard = {
  /** `0000:01:00.0` */
  busId: string
  /** Runtime power management has switched it off. */
  asleep: boolean
  /** It would go to sleep if nobody used it. */
  maySleep: boolean
}

const nvidia = '0x10de'
/** Base class 03 of the PCI Code and ID Assignment: display controllers, headless ones too. */
const displayClass = '0x03'

/**
 * The NVIDIA cards of this machine by bus ID, empty where there are none or no PCI at all.
 * These attributes are answered from the kernel's memory: reading them wakes nothing.
 */
export async function pciCards(sysfsRoot: string): Promise<PciCard[]> {
  const devices = join(sysfsRoot, 'bus/pci/devices')
  const busIds = await readdir(devices).catch(() => [])
  const cards = await Promise.all(busIds.map((busId) => cardAt(join(devices, busId))))
  return cards.filter((card) => card !== undefined).sort((a, b) => (a.busId < b.busId ? -1 : 1))
}

async function cardAt(device: string): Promise<PciCard | undefined> {
  if ((await attribute(device, 'vendor')) !== nvidia) return undefined
  if (!(await attribute(device, 'class')).startsWith(displayClass)) return undefined
  // Handed to a virtual machine or driven by nouveau: nvidia-smi does not see it.
  const driver = await readlink(join(device, 'driver')).catch(() => 'nvidia')
  if (basename(driver) !== 'nvidia') return undefined
  const status = await attribute(device, 'power/runtime_status')
  const control = await attribute(device, 'power/control')
  return {
    busId: basename(device),
    asleep: status === 'suspended' || status === 'suspending',
    maySleep: control === 'auto' && status !== 'unsupported' && status !== '',
  }
}

async function attribute(device: string, name: string): Promise<string> {
  return (await readFile(join(device, name), 'utf8').catch(() => '')).trim()
}

/** `00000000:01:00.0`, as nvidia-smi writes it, and `0000:01:00.0`, as the kernel does. */
export function sameBusId(a: string, b: string): boolean {
  return plainBusId(a) === plainBusId(b)
}

function plainBusId(busId: string): string {
  return busId.toLowerCase().replace(/^0+(?=[0-9a-f]{4}:)/, '')
}
