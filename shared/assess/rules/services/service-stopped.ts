import type { Container } from '../../../domain/container.ts'
import type { Finding } from '../../finding.ts'
import {
  asTime,
  evidence,
  type ServiceAtHome,
  type Situation,
  servicesAtHome,
} from '../../situation.ts'

/** A service has containers at home, and none of them is up. */
export function serviceStopped(situation: Situation): Finding[] {
  return servicesAtHome(situation).flatMap((at): Finding[] => {
    const stopped = at.containers.filter((one) => isStopped(one, at))
    const [first] = stopped
    if (first === undefined || stopped.length < at.containers.length) return []
    const port = takenPort(first.error)
    const because = port === undefined ? '' : `: port ${port} is taken`
    return [
      {
        code: 'SERVICE_STOPPED',
        severity: 'critical',
        subject: at.subject,
        sentence: `${at.service.name} is ${first.state}, expected running${because}.`,
        evidence: evidence({
          container: first.name,
          state: first.state,
          'exit code': first.state === 'paused' ? undefined : `${first.exitCode}`,
          'stopped at': first.finishedAt === undefined ? undefined : asTime(first.finishedAt),
          'port conflict': port === undefined ? undefined : `host port ${port} is held by another`,
          'engine says': first.error,
          'restart policy': first.restartPolicy,
        }),
        remedy: { kind: 'runbook', code: 'SERVICE_STOPPED' },
      },
    ]
  })
}

function isStopped({ state, exitCode }: Container, { service }: ServiceAtHome): boolean {
  if (service.oneShot === true && state === 'exited' && exitCode === 0) return false
  return state !== 'running' && state !== 'restarting'
}

/**
 * moby 20.10–28: `Bind for 0.0.0.0:9090 failed: port is already allocated` for a container's,
 * `listen tcp4 0.0.0.0:9090: bind: address already in use` for a process's port.
 */
function takenPort(error: string): string | undefined {
  if (!/already (allocated|in use)/.test(error)) return undefined
  return /:(\d+)(?: failed)?:/.exec(error)?.[1]
}
