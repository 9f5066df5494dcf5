import type { Container, PublishedPort } from '../../../domain/container.ts'
import type { Listener, PortOwner } from '../../../domain/port.ts'
import { servicesOf } from '../../../domain/stack.ts'
import { homeContainers, isUp } from '../../../domain/whereabouts.ts'
import { isOnThisMachine } from '../../../stack/endpoints.ts'
import { publishedPorts } from '../../../stack/published-port.ts'
import type { Finding } from '../../finding.ts'
import { serviceSubject } from '../../monitoring/answers.ts'
import { portHolder } from '../../monitoring/port-holder.ts'
import { asTime, evidence, type Situation } from '../../situation.ts'

/** The words of moby 26.1: another container has the port, or somebody else on the machine. */
const taken = /port is already allocated|address already in use/

/** Somebody else holds a port that a service of the stack wants and does not have. */
export function portConflict(situation: Situation): Finding[] {
  const { stack, observed, monitoring } = situation
  if (monitoring === undefined || !isOnThisMachine(stack.home.endpoint)) return []
  const listeners = monitoring.listeners.status === 'known' ? monitoring.listeners.value : []
  const home = homeContainers(observed, stack.home)
  return servicesOf(stack).flatMap(({ project, service }) => {
    const mine = home?.filter(
      (one) => one.project === project && one.service === service.name && !one.oneOff,
    )
    return service.ports
      .flatMap(publishedPorts)
      .filter(({ hostPort }) => hostPort !== 0)
      .filter((wanted) => !mine?.some((one) => has(one, wanted)))
      .flatMap((wanted): Finding[] => {
        const refused = mine?.find(
          ({ error }) => taken.test(error) && error.includes(`:${wanted.hostPort}`),
        )
        const wanting = [{ project, service: service.name }]
        const isStranger = (owner: PortOwner): boolean => {
          const is = portHolder(owner, wanting, stack.home.engineId)
          // Only the engine's own refusal tells of whom it does not see, or of another engine.
          const refusedFor = is === 'unseen' || (is === 'an engine' && owner.kind === 'process')
          return is === 'somebody else' || (refused !== undefined && refusedFor)
        }
        const holder = listeners.find((one) => overlaps(one, wanted) && isStranger(one.owner))
        if (holder === undefined && refused === undefined) return []
        const owner = holder ? nameOfOwner(holder.owner) : 'somebody else'
        const { hostPort, protocol } = wanted
        return [
          {
            code: 'PORT_CONFLICT',
            severity: 'critical',
            subject: `port:${hostPort}/${protocol}`,
            about: [
              serviceSubject({ project, service: service.name }),
              `port:${hostPort}`,
              ...(holder?.owner.kind === 'unit' ? [`unit:${holder.owner.unit}`] : []),
            ],
            sentence: `Port ${hostPort} is held by ${owner}, expected ${service.name}.`,
            evidence: evidence({
              'wanted by': `${project}/${service.name}`,
              'held by': owner,
              since: holder && asTime(holder.since),
              addresses: holder?.addresses.join(', '),
              'the engine says': refused?.error,
            }),
            remedy: { kind: 'runbook', code: 'PORT_CONFLICT' },
          },
        ]
      })
  })
}

const has = (container: Container, { hostPort, protocol }: PublishedPort): boolean =>
  isUp(container) &&
  (container.networkMode === 'host' ||
    container.portsGot.some((got) => got.hostPort === hostPort && got.protocol === protocol))

const anywhere = ['', '0.0.0.0', '::', '*']

function overlaps({ port, protocol, addresses }: Listener, wanted: PublishedPort): boolean {
  if (port !== wanted.hostPort || protocol !== wanted.protocol) return false
  return (
    anywhere.includes(wanted.hostIp) ||
    addresses.some((one) => anywhere.includes(one) || one === wanted.hostIp)
  )
}

export function nameOfOwner(owner: PortOwner): string {
  switch (owner.kind) {
    case 'container':
      return owner.service === ''
        ? `container ${owner.container}`
        : `${owner.project}/${owner.service}`
    case 'unit':
      return owner.unit
    case 'process':
      return `${owner.command} (pid ${owner.pid})`
    case 'unknown':
      return `a process of user ${owner.uid}`
  }
}
