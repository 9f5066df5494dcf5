import type { Finding } from '../../finding.ts'
import { evidence, type Situation } from '../../situation.ts'

/** config.json cannot be parsed: docker warns, ignores it and goes to `default`. */
export function contextConfigInvalid({ observed, stack }: Situation): Finding[] {
  if (observed.contexts.status === 'unknown') return []
  const { configFile, current } = observed.contexts.value
  if (configFile.state !== 'invalid') return []
  return [
    {
      code: 'CONTEXT_CONFIG_INVALID',
      severity: current.name === stack.home.context ? 'warning' : 'critical',
      subject: `file:${configFile.path}`,
      sentence: `${configFile.path} cannot be parsed, expected JSON.`,
      evidence: evidence({
        problem: configFile.problem,
        consequence: `docker ignores the file and goes to ${current.name}`,
        // docker/cli, seen in 20.10 and 28.2.
        danger: 'the next docker context use or docker login overwrites it, with all logins in it',
      }),
      remedy: { kind: 'runbook', code: 'CONTEXT_CONFIG_INVALID' },
    },
  ]
}
