import type { Gpu, GpuProcess, MigDevice } from '../../../shared/domain/gpu.ts'
import type { GpuQuery } from '../../adapters/nvidia-smi/gpu-fields.ts'
import { askForFields, streamGpus, streamProcesses } from '../../adapters/nvidia-smi/gpu-stream.ts'
import { silence, type Trouble } from '../../adapters/nvidia-smi/gpu-trouble.ts'
import { streamMigDevices } from '../../adapters/nvidia-smi/mig-devices.ts'
import { type PciCard, pciCards, sameBusId } from '../../adapters/nvidia-smi/pci-cards.ts'
import type { NvidiaSmi, SmiChild, SmiEnd } from '../../adapters/nvidia-smi/smi-child.ts'
import { backOff } from '../back-off.ts'

/** What the last round told, or why there was none. */
export type GpuSight =
  | { driverVersion: string; cards: readonly Gpu[]; trouble?: Trouble }
  | { error: Error }

type GpuAskingParts = {
  smi: NvidiaSmi
  sysfsRoot: string
  everySeconds: number
  processesEverySeconds: number
  /** How often the cards' sleep is looked at. */
  checkEveryMs: number
  /** No round for so long: nvidia-smi hangs. */
  silentAfterMs: number
  /** An idle card that may sleep is left alone after so long. */
  idleMs: number
  told: (sight: GpuSight) => void
  now: () => number
  random: () => number
}

/** Keeps one nvidia-smi asking, and none while every card sleeps. */
interface GpuAsking {
  start(): void
  stop(): Promise<void>
}

/** To see whether an idle card falls asleep; and if it did not, not to try again too soon. */
const restMs = 20_000
const restAgainMs = 600_000
/** A child that lived so long was well: its end is a new trouble. */
const wellAfterMs = 60_000

export function gpuAsking(parts: GpuAskingParts): GpuAsking {
  const { smi, now, told } = parts
  const retries = backOff({ firstMs: 1_000, mostMs: 300_000, random: parts.random })
  const cardsOnBus = pciCards(parts.sysfsRoot)
  const identities = new Map<string, Gpu>()
  let stopped = false
  let ticking: NodeJS.Timeout | undefined
  let retrying: NodeJS.Timeout | undefined
  let watchdog: NodeJS.Timeout | undefined
  let checking: Promise<void> | undefined
  let children: SmiChild[] = []
  let only: readonly string[] | undefined
  let query: GpuQuery | undefined
  let pci: readonly PciCard[] = []
  let driverVersion = ''
  let processes: { at: number; by: ReadonlyMap<string, readonly GpuProcess[]> } | undefined
  let migDevicesOf: ((card: Gpu) => readonly MigDevice[]) | undefined
  let mig: SmiChild | undefined
  let allAsleep = false
  let beganAt = 0
  let busyAt = 0
  let restedAt = Number.NEGATIVE_INFINITY

  async function halt(): Promise<void> {
    clearTimeout(watchdog)
    const leaving = mig ? [...children, mig] : children
    children = []
    mig = undefined
    migDevicesOf = undefined
    processes = undefined
    await Promise.all(leaving.map((child) => child.stop()))
  }

  function failed(sight: GpuSight): void {
    if (now() - beganAt > wellAfterMs) retries.reset()
    // The next driver may know other fields.
    query = undefined
    clearTimeout(retrying)
    retrying = setTimeout(() => {
      retrying = undefined
      void check()
    }, retries.next())
    void halt()
    told(sight)
  }

  function ended(end: SmiEnd): void {
    if (stopped) return
    if ('error' in end) failed(end)
    else failed({ driverVersion, cards: inOrder([...identities.values()]), ...end })
  }

  function expectAnswer(): void {
    clearTimeout(watchdog)
    const seconds = Math.round(parts.silentAfterMs / 1000)
    watchdog = setTimeout(() => ended({ trouble: silence(seconds) }), parts.silentAfterMs)
  }

  function onRound(cards: readonly Gpu[], version: string): void {
    expectAnswer()
    driverVersion = version
    if (only === undefined) identities.clear()
    for (const card of cards) identities.set(card.pciBusId, onlyIdentity(card))
    // A round of processes without anybody is silence.
    const cutoff = now() - 2.5 * parts.processesEverySeconds * 1000
    const by = processes && processes.at > cutoff ? processes.by : undefined
    const awake = cards.map((card) => withParts({ ...card, processes: by?.get(card.uuid) ?? [] }))
    askForMig(cards)
    const isBusy = awake.some(
      (card) => (card.utilisationRatio ?? 0) > 0 || card.processes.length > 0,
    )
    busyAt = isBusy ? now() : Math.min(busyAt, now())
    told({ driverVersion, cards: inOrder([...awake, ...sleepers()]) })
  }

  function withParts(card: Gpu): Gpu {
    if (card.migEnabled !== true || migDevicesOf === undefined) return card
    const migDevices = migDevicesOf(card)
    const own = new Set(migDevices.map(({ uuid }) => uuid))
    // A process of a part may be listed under the UUID of the part.
    const inside = [...(processes?.by ?? [])].flatMap(([uuid, all]) => (own.has(uuid) ? all : []))
    return { ...card, migDevices, processes: [...card.processes, ...inside] }
  }

  function askForMig(cards: readonly Gpu[]): void {
    if (mig !== undefined || !cards.some(({ migEnabled }) => migEnabled === true)) return
    mig = streamMigDevices({
      ...smi,
      ...(only && { only }),
      everySeconds: parts.processesEverySeconds,
      round(devicesOf) {
        migDevicesOf = devicesOf
      },
    })
  }

  /** Cards that are not asked, with what is known of who they are. */
  function sleepers(): Gpu[] {
    return pci.flatMap(({ asleep, busId }, index) => {
      if (!asleep) return []
      const before = [...identities.values()].find(({ pciBusId }) => sameBusId(pciBusId, busId))
      const stranger = { index, uuid: '', name: 'NVIDIA GPU', pciBusId: busId, processes: [] }
      return [{ ...(before ?? stranger), asleep: true }]
    })
  }

  function stream(known: GpuQuery): void {
    query = known
    const common = { ...smi, ...(only && { only }) }
    const { everySeconds, processesEverySeconds } = parts
    children = [
      streamGpus({ ...common, query: known, everySeconds, round: onRound, ended }),
      streamProcesses({
        ...common,
        everySeconds: processesEverySeconds,
        round(by) {
          processes = { at: now(), by }
        },
      }),
    ]
  }

  function ask(awakeOnly: readonly string[] | undefined): void {
    beganAt = now()
    busyAt = Number.POSITIVE_INFINITY
    only = awakeOnly
    expectAnswer()
    if (query) stream(query)
    else children = [askForFields({ ...smi, known: stream, ended })]
  }

  /** All cards could sleep, nobody computes, and we have not just tried. */
  const mayRest = () =>
    pci.length > 0 &&
    pci.every(({ maySleep }) => maySleep) &&
    now() - busyAt > parts.idleMs &&
    now() - restedAt > restAgainMs

  async function look(): Promise<void> {
    pci = await cardsOnBus()
    if (stopped) return
    const awake = pci.filter(({ asleep }) => !asleep)
    if (pci.length > 0 && awake.length === 0) {
      await halt()
      if (!allAsleep) told({ driverVersion, cards: inOrder(sleepers()) })
      allAsleep = true
      return
    }
    const isResting = !allAsleep && now() - restedAt < restMs
    allAsleep = false
    if (isResting || retrying) return
    const wanted = awake.length < pci.length ? awake.map(({ busId }) => busId) : undefined
    if (children.length > 0 && only?.join() === wanted?.join()) {
      if (!mayRest()) return
      // Whoever keeps asking keeps the card awake: an open handle forbids runtime suspend.
      restedAt = now()
      await halt()
      return
    }
    await halt()
    if (!stopped) ask(wanted)
  }

  function check(): Promise<void> {
    if (stopped) return Promise.resolve()
    checking ??= look().finally(() => {
      checking = undefined
    })
    return checking
  }

  return {
    start() {
      ticking = setInterval(() => void check(), parts.checkEveryMs)
      void check()
    },
    async stop() {
      stopped = true
      clearInterval(ticking)
      clearTimeout(retrying)
      await checking
      await halt()
    },
  }
}

const inOrder = (cards: readonly Gpu[]): Gpu[] => [...cards].sort((a, b) => a.index - b.index)

/** Who it is, without what it did: old values must not look like new ones. */
function onlyIdentity({ index, uuid, name, pciBusId }: Gpu): Gpu {
  return { index, uuid, name, pciBusId, asleep: false, processes: [] }
}
