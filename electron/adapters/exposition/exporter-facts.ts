import type { ExportedGpu, MeasuredMachine } from '../../../shared/domain/exporter-sight.ts'
import type { MigDevice } from '../../../shared/domain/gpu.ts'
import type { Sample } from './parse-exposition.ts'

/** What an exposition says of the machine and of its cards, gathered sample by sample. */
interface ExporterFacts {
  add(sample: Sample): void
  machine(): MeasuredMachine
  /** By UUID, in the form of nvidia-smi: `GPU-…`. */
  gpus(): readonly ExportedGpu[]
}

type Measure = 'utilisationRatio' | 'memoryUsedBytes' | 'temperatureCelsius' | 'powerWatts'
type Meaning = { of: Measure; times: number } | { of: 'memoryTotal' | 'memoryPart'; times: number }

const mebibyte = 1024 * 1024

/** DCGM counts memory in MiB and per cent; there is no total, only its parts. */
const dcgm: Readonly<Record<string, Meaning>> = {
  DCGM_FI_DEV_GPU_UTIL: { of: 'utilisationRatio', times: 0.01 },
  DCGM_FI_DEV_FB_USED: { of: 'memoryUsedBytes', times: mebibyte },
  DCGM_FI_DEV_FB_FREE: { of: 'memoryPart', times: mebibyte },
  DCGM_FI_DEV_FB_RESERVED: { of: 'memoryPart', times: mebibyte },
  DCGM_FI_DEV_GPU_TEMP: { of: 'temperatureCelsius', times: 1 },
  DCGM_FI_DEV_POWER_USAGE: { of: 'powerWatts', times: 1 },
}

const nvidiaGpuExporter: Readonly<Record<string, Meaning>> = {
  nvidia_smi_utilization_gpu_ratio: { of: 'utilisationRatio', times: 1 },
  nvidia_smi_memory_used_bytes: { of: 'memoryUsedBytes', times: 1 },
  nvidia_smi_memory_total_bytes: { of: 'memoryTotal', times: 1 },
  nvidia_smi_temperature_gpu: { of: 'temperatureCelsius', times: 1 },
  nvidia_smi_power_draw_watts: { of: 'powerWatts', times: 1 },
}

const ofMachine = [
  'node_memory_MemTotal_bytes',
  'node_boot_time_seconds',
  'node_uname_info',
  'machine_memory_bytes',
]

export const wantedMetrics: readonly string[] = [
  ...ofMachine,
  ...Object.keys(dcgm),
  ...Object.keys(nvidiaGpuExporter),
]

type Card = {
  measures: Map<Measure, number>
  /** Free and reserved; with what is used they are the whole. */
  parts: Map<string, number>
  totalBytes?: number
  name?: string
  /** By GPU instance. */
  shares: Map<string, Share>
}

type Share = { profile: string; used?: number; rest: Map<string, number> }

export function exporterFacts(): ExporterFacts {
  const machine: MeasuredMachine = {}
  const cards = new Map<string, Card>()

  function addToCard({ name, labels, value }: Sample, meaning: Meaning): void {
    if (!Number.isFinite(value) || isBlank(value)) return
    const uuid = uuidOf(labels['UUID'] ?? labels['uuid'] ?? '')
    if (uuid === undefined) return
    const card: Card = cards.get(uuid) ?? {
      measures: new Map(),
      parts: new Map(),
      shares: new Map(),
    }
    cards.set(uuid, card)
    const normal = value * meaning.times
    // Each instance of a card cut up by MIG tells of its own share of the memory.
    const instance = labels['GPU_I_ID']
    const isShare = Boolean(instance)
    if (labels['modelName']) card.name = labels['modelName']
    if (instance) addToShare(card, instance, labels['GPU_I_PROFILE'] ?? '', name, meaning, normal)
    if (meaning.of === 'memoryTotal') card.totalBytes = normal
    else if (meaning.of === 'memoryPart')
      card.parts.set(name, normal + (isShare ? (card.parts.get(name) ?? 0) : 0))
    else if (meaning.of === 'memoryUsedBytes' && isShare)
      card.measures.set(meaning.of, normal + (card.measures.get(meaning.of) ?? 0))
    else card.measures.set(meaning.of, normal)
  }

  function addToShare(
    { shares }: Card,
    instance: string,
    profile: string,
    name: string,
    { of }: Meaning,
    bytes: number,
  ): void {
    const share: Share = shares.get(instance) ?? { profile, rest: new Map() }
    if (of === 'memoryUsedBytes') share.used = bytes
    else if (of === 'memoryPart') share.rest.set(name, bytes)
    shares.set(instance, share)
  }

  function addToMachine({ name, labels, value }: Sample): void {
    if (name === 'node_uname_info') {
      if (labels['nodename']) machine.hostname = labels['nodename']
      if (labels['release']) machine.kernel = labels['release']
    } else if (!Number.isFinite(value) || value <= 0) return
    else if (name === 'node_boot_time_seconds') machine.bootTime = value
    else machine.memoryBytes = value
  }

  return {
    add(sample) {
      const meaning = dcgm[sample.name] ?? nvidiaGpuExporter[sample.name]
      if (meaning) addToCard(sample, meaning)
      else addToMachine(sample)
    },
    machine: () => machine,
    gpus: () =>
      [...cards].map(([uuid, { measures, parts, totalBytes, name, shares }]) => {
        const gpu: ExportedGpu = {
          uuid,
          ...(name && { name }),
          ...Object.fromEntries(measures),
          ...(shares.size > 0 && { migDevices: [...shares].map(deviceOf) }),
        }
        const total = totalBytes ?? wholeOf(measures.get('memoryUsedBytes'), parts)
        return total === undefined ? gpu : { ...gpu, memoryTotalBytes: total }
      }),
  }
}

function deviceOf([, { profile, used, rest }]: [string, Share], index: number): MigDevice {
  const whole = wholeOf(used, rest)
  return {
    index,
    ...(profile && { profile }),
    ...(used !== undefined && { memoryUsedBytes: used }),
    ...(whole !== undefined && { memoryTotalBytes: whole }),
  }
}

/** Older DCGM exporters do not report what is reserved: some hundred MiB less than the card has. */
function wholeOf(used: number | undefined, parts: ReadonlyMap<string, number>): number | undefined {
  if (used === undefined || !parts.has('DCGM_FI_DEV_FB_FREE')) return undefined
  return [...parts.values()].reduce((sum, part) => sum + part, used)
}

/** dcgm_structs.h (DCGM 4.5): what a field holds that the card does not support, by its type. */
const isBlank = (value: number): boolean =>
  value >= 9.2e18 ||
  (value >= 0x7fff_fff0 && value <= 0x7fff_ffff) ||
  (value >= 2 ** 47 && value <= 2 ** 47 + 15)

/** nvidia_gpu_exporter drops `GPU-`, which DCGM and nvidia-smi write. */
function uuidOf(text: string): string | undefined {
  if (text === '') return undefined
  return /^[a-z]+-/i.test(text) && !/^[0-9a-f]{8}-/i.test(text) ? text : `GPU-${text}`
}
