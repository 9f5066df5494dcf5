import type { Finding } from '../../finding.ts'
import { hostAndPort, serviceSubject } from '../../monitoring/answers.ts'
import { addressBook } from '../../monitoring/targets.ts'
import { evidence, type Situation } from '../../situation.ts'

/** Grafana itself says that it cannot ask a datasource. */
export function datasourceBroken(situation: Situation): Finding[] {
  const behindAddress = addressBook(situation)
  return (situation.monitoring?.grafana ?? []).flatMap((sight) => {
    if (sight.look.status !== 'known') return []
    return (sight.look.value.datasources ?? [])
      .filter(({ health }) => health === 'error')
      .map(({ uid, name, type, url, message }): Finding => {
        const at = hostAndPort(url)
        const behind = behindAddress(url)
        return {
          code: 'DATASOURCE_BROKEN',
          severity: 'critical',
          subject: `datasource:${uid}`,
          about: [
            ...(at ? [`at:${at.host}:${at.port}`] : []),
            ...(behind ? [behind] : []),
            serviceSubject(sight),
          ],
          sentence: `Datasource ${name} does not answer ${sight.service}, expected it healthy.`,
          evidence: evidence({ 'Grafana says': message, url, type }),
          remedy: { kind: 'runbook', code: 'DATASOURCE_BROKEN' },
        }
      })
  })
}
