import type { Finding } from '../../finding.ts'
import { asBytes, asPercent } from '../../monitoring/answers.ts'
import { evidence, type Situation } from '../../situation.ts'

/** Servers of language models take 90 % on purpose, and leave the rest as room to work in. */
const fullRatio = 0.97

/** The memory of a card is all but used up: the next allocation fails. */
export function gpuMemoryFull({ monitoring }: Situation): Finding[] {
  if (monitoring?.gpus.status !== 'known') return []
  return monitoring.gpus.value.cards.flatMap((card): Finding[] => {
    const { memoryUsedBytes: used, memoryTotalBytes: total, index, name, uuid } = card
    if (used === undefined || !total || used / total < fullRatio) return []
    return [
      {
        code: 'GPU_MEMORY_FULL',
        severity: 'warning',
        subject: `gpu:${uuid}`,
        sentence: `GPU ${index} (${name}) has ${asPercent(used / total)} of its memory in use, expected below ${asPercent(fullRatio)}.`,
        evidence: evidence({
          used: `${asBytes(used)} of ${asBytes(total)}`,
          processes: card.processes
            .toSorted((a, b) => (b.memoryBytes ?? 0) - (a.memoryBytes ?? 0))
            .map((one) =>
              one.memoryBytes === undefined ? one.name : `${one.name} ${asBytes(one.memoryBytes)}`,
            )
            .join(', '),
        }),
        remedy: { kind: 'runbook', code: 'GPU_MEMORY_FULL' },
      },
    ]
  })
}
