import type { Gpus } from '../../../domain/gpu.ts'
import type { Finding } from '../../finding.ts'
import { asTime, evidence, type Situation } from '../../situation.ts'

/** A card that was there is gone: fallen off the bus, or not listed any more. */
export function gpuLost({ monitoring }: Situation): Finding[] {
  if (monitoring?.gpus.status !== 'known') return []
  const gpus = monitoring.gpus.value
  if (gpus.trouble?.kind === 'lost') {
    return [
      lost('gpu:all', 'A GPU is lost, expected it to answer.', {
        'nvidia-smi says': gpus.trouble.message.trim(),
      }),
    ]
  }
  if (gpus.trouble !== undefined) return []
  return vanished(gpus).map(({ uuid, lastAt }) =>
    lost(`gpu:${uuid}`, `GPU ${uuid} is not listed any more, expected it to be there.`, {
      'last seen': asTime(lastAt),
      'cards now': gpus.cards.map(({ name, index }) => `${index} ${name}`).join(', ') || 'none',
    }),
  )
}

function vanished({ cards, history }: Gpus): { uuid: string; lastAt: number }[] {
  return Object.entries(history).flatMap(([uuid, moments]) => {
    const last = moments.at(-1)
    return last === undefined || cards.some((card) => card.uuid === uuid)
      ? []
      : [{ uuid, lastAt: last.at }]
  })
}

const lost = (subject: string, sentence: string, facts: Record<string, string>): Finding => ({
  code: 'GPU_LOST',
  severity: 'critical',
  subject,
  sentence,
  evidence: evidence(facts),
  remedy: { kind: 'runbook', code: 'GPU_LOST' },
})
