import type { GpuRow, MonitoringView } from '../../../shared/ipc/monitoring-view.ts'
import type { FindingView, Health } from '../../../shared/ipc/status.ts'
import { pathsOf } from './plot.ts'

const hourMs = 3_600_000
export const plotSize = { width: 240, height: 44 } as const

export type GpuPlot = { label: string; value: string; top: string; paths: readonly string[] }

export type GpuCardFacts = {
  key: string
  title: string
  name: string
  state: Health | 'info'
  word: string
  sentences: readonly string[]
  plots: readonly GpuPlot[]
  /** The parts of a card that is cut up. */
  parts: readonly { key: string; name: string; memory: string }[]
  processes: readonly { key: string; name: string; pid: number; memory: string }[]
}

const gib = (bytes: number): string => (bytes / 2 ** 30).toFixed(1)

type Measure = {
  label: string
  of: (moment: GpuRow | GpuRow['history'][number]) => number | null
  max: (card: GpuRow, most: number) => number
  show: (value: number) => string
  unit: string
}

const measures: readonly Measure[] = [
  {
    label: 'Utilisation',
    of: (one) => one.utilisationRatio,
    max: () => 1,
    show: (value) => String(Math.round(value * 100)),
    unit: '%',
  },
  {
    label: 'Memory',
    of: (one) => one.memoryUsedBytes,
    max: (card, most) => card.memoryTotalBytes ?? most,
    show: gib,
    unit: 'GiB',
  },
  {
    label: 'Temperature',
    of: (one) => one.temperatureCelsius,
    max: (_, most) => Math.max(100, most),
    show: (value) => String(Math.round(value)),
    unit: '°C',
  },
  {
    label: 'Power',
    of: (one) => one.powerWatts,
    max: (card, most) => card.powerLimitWatts ?? most,
    show: (value) => String(Math.round(value)),
    unit: 'W',
  },
]

function plotOf(card: GpuRow, measure: Measure, now: number, trusted: boolean): GpuPlot {
  const points = card.history.map((one) => ({ at: Date.parse(one.at), value: measure.of(one) }))
  const most = Math.max(1e-9, ...points.map(({ value }) => value ?? 0))
  const max = measure.max(card, most)
  const present = card.asleep || !trusted ? null : measure.of(card)
  return {
    label: measure.label,
    value: present === null ? 'unknown' : `${measure.show(present)} ${measure.unit}`,
    top: points.some(({ value }) => value !== null) ? `${measure.show(max)} ${measure.unit}` : '',
    paths: pathsOf(points, { ...plotSize, from: now - hourMs, to: now, max }),
  }
}

/** A card is fine when it tells something, nothing is said against it, and somebody sees it. */
function stateOf(
  card: GpuRow,
  findings: readonly FindingView[],
  trusted: boolean,
): Pick<GpuCardFacts, 'state' | 'word'> {
  const worst = ['critical', 'warning'].find((severity) =>
    findings.some((finding) => finding.severity === severity),
  )
  if (worst === 'critical' || worst === 'warning') return { state: worst, word: 'needs a look' }
  if (!trusted) return { state: 'unknown', word: 'cannot see' }
  if (card.asleep) return { state: 'info', word: 'asleep, not woken to be asked' }
  return measures.every(({ of }) => of(card) === null)
    ? { state: 'unknown', word: 'tells nothing' }
    : { state: 'ok', word: 'answers' }
}

export function gpuCards(
  view: MonitoringView,
  findings: readonly FindingView[],
  connected: boolean,
): GpuCardFacts[] {
  const trusted = connected && view.gpus.state === 'works'
  return view.gpus.cards.map((card) => {
    const about = findings.filter(
      ({ subject, status }) => subject === `gpu:${card.uuid}` && status !== 'resolved',
    )
    return {
      key: card.uuid,
      title: `GPU ${card.index}`,
      name: card.name + (card.migEnabled === true ? ' · MIG' : ''),
      ...stateOf(card, about, trusted),
      sentences: about.map(({ sentence }) => sentence),
      plots: measures.map((measure) => plotOf(card, measure, Date.parse(view.at), trusted)),
      parts: card.migDevices.map(({ index, profile, memoryUsedBytes, memoryTotalBytes }) => ({
        key: String(index),
        name: `MIG ${index}${profile === null ? '' : ` · ${profile}`}`,
        memory:
          memoryUsedBytes === null || memoryTotalBytes === null || !trusted
            ? 'unknown'
            : `${gib(memoryUsedBytes)} of ${gib(memoryTotalBytes)} GiB`,
      })),
      processes: card.processes.map(({ pid, name, memoryBytes }) => ({
        key: `${pid} ${name}`,
        name,
        pid,
        memory: memoryBytes === null || !trusted ? 'unknown' : `${gib(memoryBytes)} GiB`,
      })),
    }
  })
}
