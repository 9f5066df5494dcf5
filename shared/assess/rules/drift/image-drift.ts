import type { Finding } from '../../finding.ts'
import { asTime, evidence, type Situation, servicesAtHome } from '../../situation.ts'

/** A service runs another image than was accepted, maybe under the same tag. */
export function imageDrift(situation: Situation): Finding[] {
  const { baseline, monitoring } = situation
  if (baseline === undefined || monitoring === undefined) return []
  return servicesAtHome(situation).flatMap(
    ({ project, service, subject, containers }): Finding[] => {
      const accepted = baseline.images[`${project}/${service.name}`]
      const other = containers.find(({ imageId }) => imageId !== '' && imageId !== accepted)
      if (accepted === undefined || other === undefined) return []
      return [
        {
          code: 'IMAGE_DRIFT',
          severity: 'warning',
          subject,
          sentence: `${service.name} runs another image than was accepted, expected ${short(accepted)}.`,
          evidence: evidence({
            image: other.image,
            'image now': short(other.imageId),
            'image accepted': short(accepted),
            'container made': asTime(other.createdAt),
            accepted: asTime(baseline.acceptedAt),
          }),
          remedy: { kind: 'runbook', code: 'IMAGE_DRIFT' },
        },
      ]
    },
  )
}

const short = (id: string): string => id.replace(/^sha256:/, '').slice(0, 12)
