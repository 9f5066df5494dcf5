import type { Finding } from '../../finding.ts'
import { serviceSubject } from '../../monitoring/answers.ts'
import { standIns } from '../../monitoring/unit-of-service.ts'
import { asTime, evidence, type Situation } from '../../situation.ts'

/** A systemd unit does the work of a container: two owners of one job, each with its own port. */
export const hybridDeployment = (situation: Situation): Finding[] =>
  standIns(situation).map(({ unit, service: { project, service }, ports }) => ({
    code: 'HYBRID_DEPLOYMENT',
    severity: 'warning',
    subject: `unit:${unit.name}`,
    about: [
      serviceSubject({ project, service: service.name }),
      ...ports.map((port) => `port:${port}`),
    ],
    sentence: `${unit.name} does the work of ${service.name}, expected only its container.`,
    evidence: evidence({
      unit: `${unit.scope}, ${unit.active} (${unit.sub})`,
      'starts with the machine': unit.enablement,
      'ports held': ports.join(', '),
      pid: unit.mainPid > 0 ? `${unit.mainPid}` : undefined,
      since: unit.activeSince === undefined ? undefined : asTime(unit.activeSince),
      'its container publishes': service.ports.join(', '),
    }),
    remedy: { kind: 'runbook', code: 'HYBRID_DEPLOYMENT' },
  }))
