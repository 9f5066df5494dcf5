import { servicesOf } from '../../domain/stack.ts'
import type { WatchedFile } from '../../domain/watched-file.ts'
import type { Finding, FindingCode } from '../finding.ts'
import { asTime, evidence, type Situation } from '../situation.ts'
import { serviceSubject } from './answers.ts'

/** Files whose content is not the accepted one. A file that nobody accepted has not drifted. */
export function changedFiles(
  { monitoring, baseline, stack }: Situation,
  roles: readonly WatchedFile['role'][],
  code: FindingCode,
): Finding[] {
  if (monitoring?.files.status !== 'known' || baseline === undefined) return []
  return monitoring.files.value.flatMap((file): Finding[] => {
    const accepted = baseline.files[file.path]
    if (!roles.includes(file.role) || accepted === undefined) return []
    const missing = file.state === 'missing'
    if (!missing && (file.sha256 === undefined || file.sha256 === accepted)) return []
    const about = servicesOf(stack)
      .filter(({ service }) => service.config.includes(file.path))
      .map(({ project, service }) => serviceSubject({ project, service: service.name }))
    return [
      {
        code,
        severity: 'warning',
        subject: `file:${file.path}`,
        about,
        sentence: missing
          ? `${file.path} is gone, expected as accepted.`
          : `${file.path} is not as it was accepted, expected the same content.`,
        evidence: evidence({
          changed: file.modifiedAt === undefined ? undefined : asTime(file.modifiedAt),
          accepted: asTime(baseline.acceptedAt),
          'used by': about.map((subject) => subject.slice('service:'.length)).join(', '),
          'content now': file.sha256?.slice(0, 12),
          'content accepted': accepted.slice(0, 12),
        }),
        remedy: { kind: 'runbook', code },
      },
    ]
  })
}
