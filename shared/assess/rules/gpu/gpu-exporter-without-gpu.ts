import type { Container } from '../../../domain/container.ts'
import type { Engine } from '../../../domain/engine.ts'
import { servicesOf } from '../../../domain/stack.ts'
import { placesOf } from '../../../domain/whereabouts.ts'
import type { Finding } from '../../finding.ts'
import { isUnseen, serviceSubject } from '../../monitoring/answers.ts'
import { measuresGpus } from '../../monitoring/gpu-expected.ts'
import { evidence, type Situation } from '../../situation.ts'

/** The words of an engine that has no way to hand a card to a container (moby, 26.1). */
const noDevice = /could not select device driver|unknown or invalid runtime name: nvidia/

/** An exporter for GPUs runs on an engine that cannot see the card. */
export function gpuExporterWithoutGpu(situation: Situation): Finding[] {
  const { observed, stack, monitoring } = situation
  if (monitoring === undefined) return []
  return servicesOf(stack).flatMap(({ project, service }): Finding[] => {
    if (!measuresGpus(service.exporter)) return []
    const subject = serviceSubject({ project, service: service.name })
    const exposition = monitoring.exporters.find(
      (one) => serviceSubject(one) === subject,
    )?.exposition
    // What it measures beats everything that we could suppose.
    if (exposition?.status === 'known' && exposition.value.gpus.length > 0) return []
    if (exposition && isUnseen(exposition)) return []
    const measuresNone = exposition?.status === 'known'
    const place = placesOf(observed, project, service.name).find(({ sight }) =>
      sight.engine.status === 'known' ? !isSilent(sight.engine.value) : false,
    )
    if (place?.sight.engine.status !== 'known') return []
    const engine = place.sight.engine.value
    const why = reasonFor(engine, place.container, measuresNone)
    if (why === undefined) return []
    return [
      {
        code: 'GPU_EXPORTER_WITHOUT_GPU',
        severity: 'warning',
        subject,
        sentence: `${service.name} runs on an engine that cannot see the card: ${why}, expected a host service or an engine with NVIDIA's runtime.`,
        evidence: evidence({
          engine: `${engine.operatingSystem} (${engine.name})`,
          container: place.container.name,
          'asks for a GPU':
            place.container.gpuRequested === undefined
              ? undefined
              : place.container.gpuRequested
                ? 'yes'
                : 'no',
          'the engine says': place.container.error,
          measures: measuresNone ? 'no card' : undefined,
        }),
        remedy: { kind: 'runbook', code: 'GPU_EXPORTER_WITHOUT_GPU' },
      },
    ]
  })
}

const isSilent = ({ kind }: Engine): boolean => kind === 'unknown'

function reasonFor(
  engine: Engine,
  container: Container,
  measuresNone: boolean,
): string | undefined {
  if (noDevice.test(container.error)) return 'the engine has no NVIDIA runtime'
  // docs.docker.com: GPU support only on Windows with WSL 2; on Linux the VM has no card.
  if (engine.kind === 'docker-desktop') return 'Docker Desktop on Linux gives no GPU to containers'
  const asks = container.gpuRequested === true
  if (engine.gpuRuntime === false && (asks || measuresNone))
    return 'the engine has no NVIDIA runtime'
  if (measuresNone && container.gpuRequested === false) return 'the container was given no GPU'
  return undefined
}
