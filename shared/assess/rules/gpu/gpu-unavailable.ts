import type { GpuTrouble } from '../../../domain/gpu.ts'
import type { Finding } from '../../finding.ts'
import { expectsGpu } from '../../monitoring/gpu-expected.ts'
import { evidence, type Situation } from '../../situation.ts'

const facts: Record<Exclude<GpuTrouble, 'lost'>, string> = {
  'not-installed': 'nvidia-smi is not installed',
  'no-driver': 'the NVIDIA driver is not loaded',
  'no-library': "NVIDIA's library cannot be found",
  'version-mismatch': "NVIDIA's driver and library are of different versions until a restart",
  'no-permission': 'nvidia-smi may not ask the cards',
  silent: 'nvidia-smi does not answer any more',
  other: 'nvidia-smi fails',
}

/** The stack measures or uses a GPU, and nvidia-smi cannot tell of any. */
export function gpuUnavailable(situation: Situation): Finding[] {
  const gpus = situation.monitoring?.gpus
  if (gpus?.status !== 'known' || !expectsGpu(situation)) return []
  const { trouble, cards, driverVersion } = gpus.value
  if (trouble?.kind === 'lost' || (trouble === undefined && cards.length > 0)) return []
  const fact = trouble ? facts[trouble.kind] : 'nvidia-smi lists no card'
  return [
    {
      code: 'GPU_UNAVAILABLE',
      severity: 'warning',
      subject: 'gpu:all',
      sentence: `The GPU cannot be used: ${fact}, expected at least one card.`,
      evidence: evidence({ 'nvidia-smi says': trouble?.message.trim(), driver: driverVersion }),
      remedy: { kind: 'runbook', code: 'GPU_UNAVAILABLE' },
    },
  ]
}
