import type { Finding } from '../../finding.ts'
import { evidence, type Situation } from '../../situation.ts'

/** Cards slow down from the low eighties on, and stop themselves somewhat above ninety. */
const warmCelsius = 85
const hotCelsius = 92

/** A card is hotter than it should be for long. */
export function gpuHot({ monitoring }: Situation): Finding[] {
  if (monitoring?.gpus.status !== 'known') return []
  return monitoring.gpus.value.cards.flatMap((card): Finding[] => {
    const { temperatureCelsius: celsius, index, name, uuid, powerWatts, fanRatio } = card
    if (celsius === undefined || celsius < warmCelsius) return []
    return [
      {
        code: 'GPU_HOT',
        severity: celsius >= hotCelsius ? 'critical' : 'warning',
        subject: `gpu:${uuid}`,
        sentence: `GPU ${index} (${name}) is at ${Math.round(celsius)} °C, expected below ${warmCelsius} °C.`,
        evidence: evidence({
          power: powerWatts === undefined ? undefined : `${Math.round(powerWatts)} W`,
          fan: fanRatio === undefined ? undefined : `${Math.round(fanRatio * 100)} %`,
          processes: card.processes.map((one) => one.name).join(', '),
        }),
        remedy: { kind: 'runbook', code: 'GPU_HOT' },
      },
    ]
  })
}
