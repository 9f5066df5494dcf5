import { containersOf, isUp, nameOfEngine } from '../../../domain/whereabouts.ts'
import type { Finding } from '../../finding.ts'
import { evidence, type Situation } from '../../situation.ts'

/** Containers of the stack's projects are up on an engine that is not home. */
export function strayContainers({ observed, stack }: Situation): Finding[] {
  const projects = new Set(stack.projects.map((project) => project.name))
  return observed.engines.flatMap((sight): Finding[] => {
    if (sight.engine.status !== 'known' || sight.sameAs !== undefined) return []
    const { id } = sight.engine.value
    if (id === stack.home.engineId) return []
    const strays = containersOf(sight).filter(
      (one) => projects.has(one.project) && isUp(one) && !one.oneOff,
    )
    if (strays.length === 0) return []
    const ports = new Set(strays.flatMap((one) => one.portsGot.map((port) => port.hostPort)))
    const where = nameOfEngine(observed, sight, stack.home)
    const how = strays.length === 1 ? 'container runs' : 'containers run'
    return [
      {
        code: 'STRAY_CONTAINERS',
        severity: 'warning',
        subject: `engine:${id}`,
        sentence: `${strays.length} ${how} on ${where}, expected only on ${stack.home.context}.`,
        evidence: evidence({
          engine: `${where} (${sight.endpoint})`,
          services: [...new Set(strays.map((one) => one.service))].join(', '),
          'ports held': [...ports].sort((a, b) => a - b).join(', '),
          'brought up from': [...new Set(strays.map((one) => one.workingDir))].join(', '),
        }),
        remedy: { kind: 'runbook', code: 'STRAY_CONTAINERS' },
      },
    ]
  })
}
