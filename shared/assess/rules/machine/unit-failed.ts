import { servicesOf } from '../../../domain/stack.ts'
import type { Finding } from '../../finding.ts'
import { serviceSubject } from '../../monitoring/answers.ts'
import { isCalledLike } from '../../monitoring/unit-of-service.ts'
import { evidence, type Situation } from '../../situation.ts'

/** A unit of the stack has failed, or keeps failing and being started again. */
export function unitFailed({ monitoring, stack }: Situation): Finding[] {
  if (monitoring?.units.status !== 'known') return []
  return monitoring.units.value
    .filter(
      ({ active, sub, load }) =>
        load !== 'not-found' && (active === 'failed' || sub === 'auto-restart'),
    )
    .map((unit): Finding => {
      const why = unit.result === '' || unit.result === 'success' ? '' : ` (${unit.result})`
      const fact = unit.active === 'failed' ? `has failed${why}` : `keeps failing${why}`
      return {
        code: 'UNIT_FAILED',
        severity: 'warning',
        subject: `unit:${unit.name}`,
        about: servicesOf(stack)
          .filter((one) => isCalledLike(unit.name, one))
          .map(({ project, service }) => serviceSubject({ project, service: service.name })),
        sentence: `${unit.name} ${fact}, expected it active.`,
        evidence: evidence({
          unit: `${unit.scope}, ${unit.description}`,
          state: `${unit.active} (${unit.sub})`,
          'starts with the machine': unit.enablement,
        }),
        remedy: { kind: 'runbook', code: 'UNIT_FAILED' },
      }
    })
}
