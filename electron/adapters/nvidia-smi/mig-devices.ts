import type { Gpu, MigDevice } from '../../../shared/domain/gpu.ts'
import { sameBusId } from './pci-cards.ts'
import { type NvidiaSmi, type SmiChild, startSmi } from './smi-child.ts'

/** The devices of each card: by its UUID in a list, by its bus ID in a report. */
type ByCard = ReadonlyMap<string, readonly MigDevice[]>

/**
 * `nvidia-smi -L`: under each card the devices that it is cut into, with what the XML report
 * does not say, their profile and UUID. Drivers before 470 write `MIG-GPU-…/7/0` as the UUID.
 */
export function parseMigList(text: string): ByCard {
  const found = new Map<string, MigDevice[]>()
  let devices: MigDevice[] | undefined
  for (const line of text.split('\n')) {
    const card = /^GPU \d+: .*\(UUID: (GPU-[^)]+)\)/.exec(line)?.[1]
    if (card !== undefined) {
      devices = []
      found.set(card, devices)
      continue
    }
    const [, profile, index, uuid] =
      /^\s+MIG (\S+)\s+Device\s+(\d+):(?: \(UUID: (MIG-[^)]+)\))?/.exec(line) ?? []
    if (profile !== undefined)
      devices?.push({ index: Number(index), profile, ...(uuid && { uuid }) })
  }
  return found
}

const bytesPerMiB = 1024 * 1024

/**
 * Reads the XML of `nvidia-smi -q -x` line by line, one tag in each, and keeps of it only what
 * stands in `mig_device`. Returns whether a line belongs to such a report.
 */
export function migReader(round: (devices: ByCard) => void): (line: string) => boolean {
  let found = new Map<string, MigDevice[]>()
  let card = ''
  let device: MigDevice | undefined
  let inMemory = false
  return (line) => {
    const text = line.trim()
    if (!text.startsWith('<')) return text === '' || text === 'None'
    const id = /^<gpu id="([^"]+)">/.exec(text)?.[1]
    if (id !== undefined) {
      card = id
      found.set(card, [])
    }
    if (text === '<mig_device>') device = { index: -1 }
    else if (text === '<fb_memory_usage>') inMemory = true
    else if (text === '</fb_memory_usage>') inMemory = false
    else if (text === '</mig_device>') {
      if (device && device.index >= 0) found.get(card)?.push(device)
      device = undefined
    } else if (text === '</nvidia_smi_log>') {
      const all = found
      found = new Map()
      round(all)
    } else if (device) device = withFact(device, text, inMemory)
    return true
  }
}

function withFact(device: MigDevice, text: string, inMemory: boolean): MigDevice {
  const [, tag, value = ''] = /^<(\w+)>([^<]*)<\/\1>$/.exec(text) ?? []
  const number = /^(\d+)(?: MiB)?$/.exec(value)?.[1]
  // Since some drivers of the R580 line it stands here too.
  if (tag === 'uuid' && value.startsWith('MIG-')) return { ...device, uuid: value }
  if (number === undefined) return device
  if (tag === 'index') return { ...device, index: Number(number) }
  if (!inMemory) return device
  if (tag === 'total') return { ...device, memoryTotalBytes: Number(number) * bytesPerMiB }
  return tag === 'used' ? { ...device, memoryUsedBytes: Number(number) * bytesPerMiB } : device
}

type MigStreamParts = NvidiaSmi & {
  everySeconds: number
  only?: readonly string[]
  round: (devicesOf: (card: Pick<Gpu, 'uuid' | 'pciBusId'>) => readonly MigDevice[]) => void
}

/**
 * One nvidia-smi for as long as a card is cut up: a report of every card is some 30 times dearer
 * than the lines of `streamGpus`, so it is for those alone who have such a card. Names and UUIDs
 * are asked for again only when there are other devices than before.
 */
export function streamMigDevices(parts: MigStreamParts): SmiChild {
  const { everySeconds, only, round, ...smi } = parts
  let listed: ByCard = new Map()
  let before = ''
  let listing: SmiChild | undefined
  let reported: ByCard = new Map()

  const tell = () =>
    round(({ uuid, pciBusId }) => {
      const names = listed.get(uuid) ?? []
      const bus = [...reported.keys()].find((one) => sameBusId(one, pciBusId))
      return (reported.get(bus ?? '') ?? []).map((device) => ({
        ...names.find(({ index }) => index === device.index),
        ...device,
      }))
    })

  function list(): void {
    const lines: string[] = []
    void listing?.stop()
    listing = startSmi({
      ...smi,
      args: ['-L'],
      line: (text) => lines.push(text) > 0,
      ended(_, code) {
        if (code === 0) listed = parseMigList(lines.join('\n'))
        tell()
      },
    })
  }

  const child = startSmi({
    ...smi,
    args: ['-q', '-x', ...(only ? [`--id=${only.join(',')}`] : []), '-l', String(everySeconds)],
    line: migReader((next) => {
      reported = next
      const now = [...next].map(([card, all]) => `${card} ${all.map(({ index }) => index)}`).join()
      // Listing would wake the cards that sleep.
      if (now === before || only) tell()
      else list()
      before = now
    }),
    ended: () => {},
  })
  return {
    async stop() {
      await Promise.all([child.stop(), listing?.stop()])
    },
  }
}
