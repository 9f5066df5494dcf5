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
 * Asks for the NVIDIA cards of this machine by bus ID, as often as it is called; there are none
 * where there is no PCI at all. These attributes are answered from the kernel's memory: reading
 * them wakes nothing. Of what is no NVIDIA card nothing is read twice: a workstation has dozens.
 */
export function pciCards(sysfsRoot: string): () => Promise<PciCard[]> {
  const devices = join(sysfsRoot, 'bus/pci/devices')
  let known = new Map<string, boolean>()

  async function isOurs(busId: string): Promise<boolean | undefined> {
    const vendor = await attribute(join(devices, busId), 'vendor')
    if (vendor !== nvidia) return vendor === '' ? undefined : false
    const kind = await attribute(join(devices, busId), 'class')
    return kind === '' ? undefined : kind.startsWith(displayClass)
  }

  return async () => {
    const before = known
    known = new Map()
    const cards = await Promise.all(
      (await readdir(devices).catch(() => [])).map(async (busId) => {
        const ours = before.get(busId) ?? (await isOurs(busId))
        if (ours !== undefined) known.set(busId, ours)
        return ours ? cardAt(join(devices, busId)) : undefined
      }),
    )
    return cards.filter((card) => card !== undefined).sort((a, b) => (a.busId < b.busId ? -1 : 1))
  }
}

async function cardAt(device: string): Promise<PciCard | undefined> {
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
