import type { Gpu, GpuMoment } from '../../../shared/domain/gpu.ts'

/** What each card did in the last hour: means over short slots, so that memory stays bounded. */
interface GpuHistory {
  add(at: number, cards: readonly Gpu[]): void
  /** By UUID, oldest first; values of its own that nobody changes later. */
  read(): Readonly<Record<string, readonly GpuMoment[]>>
}

const measures = [
  'utilisationRatio',
  'memoryUsedBytes',
  'temperatureCelsius',
  'powerWatts',
] as const satisfies readonly (keyof Gpu & keyof GpuMoment)[]

type Mean = { sum: number; count: number }
type Track = { closed: GpuMoment[]; at: number; open: Map<keyof GpuMoment, Mean> }

export function gpuHistory({ slotMs = 10_000, keepMs = 3_600_000 } = {}): GpuHistory {
  const tracks = new Map<string, Track>()

  function forget(before: number): void {
    for (const [uuid, track] of tracks) {
      track.closed = track.closed.filter(({ at }) => at > before)
      if (track.at <= before) tracks.delete(uuid)
    }
  }

  return {
    add(at, cards) {
      const slot = Math.floor(at / slotMs) * slotMs
      for (const card of cards) {
        if (card.asleep || card.uuid === '') continue
        const track = tracks.get(card.uuid) ?? { closed: [], at: slot, open: new Map() }
        tracks.set(card.uuid, track)
        if (track.at !== slot) {
          // A clock that was set back begins its hour anew rather than out of order.
          track.closed = [...track.closed, momentOf(track)].filter((one) => one.at < slot)
          track.at = slot
          track.open = new Map()
        }
        for (const measure of measures) addTo(track.open, measure, card[measure])
      }
      forget(at - keepMs)
    },
    read: () =>
      Object.fromEntries(
        [...tracks].map(([uuid, track]) => [uuid, [...track.closed, momentOf(track)]]),
      ),
  }
}

function addTo(open: Track['open'], measure: keyof GpuMoment, value: number | undefined): void {
  if (value === undefined) return
  const mean = open.get(measure) ?? { sum: 0, count: 0 }
  open.set(measure, { sum: mean.sum + value, count: mean.count + 1 })
}

function momentOf({ at, open }: Track): GpuMoment {
  const means = [...open].map(([measure, { sum, count }]) => [measure, sum / count])
  return { at, ...Object.fromEntries(means) }
}
