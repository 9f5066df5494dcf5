import { servicesOf } from '../../domain/stack.ts'
import { containersOf } from '../../domain/whereabouts.ts'
import { publishedPorts } from '../../stack/published-port.ts'
import type { Situation } from '../situation.ts'
import { hostAndPort, serviceSubject } from './answers.ts'

/** Names under which somebody on the machine itself is asked. */
const hostNames =
  /^(host\.docker\.internal|gateway\.docker\.internal|docker\.for\..*|localhost|127\.|::1$|172\.(1[6-9]|2\d|3[01])\.)/

/**
 * Tells for any URL the subject of the service of the stack that it leads to: by name, or by the
 * port that it has on the host. Made once for many URLs: stacks of a thousand exporters are met.
 */
export function addressBook({
  observed,
  stack,
}: Pick<Situation, 'observed' | 'stack'>): (url: string) => string | undefined {
  const byName = new Map<string, string>()
  const byPort = new Map<number, string>()
  const add = (name: string, subject: string) => {
    if (!byName.has(name.toLowerCase())) byName.set(name.toLowerCase(), subject)
  }
  const subjects = new Set<string>()
  for (const { project, service } of servicesOf(stack)) {
    const subject = serviceSubject({ project, service: service.name })
    subjects.add(subject)
    add(service.name, subject)
    for (const { hostPort } of service.ports.flatMap(publishedPorts)) {
      if (hostPort !== 0 && !byPort.has(hostPort)) byPort.set(hostPort, subject)
    }
  }
  for (const container of observed.engines.flatMap(containersOf)) {
    const subject = serviceSubject(container)
    if (!subjects.has(subject) || container.oneOff) continue
    add(container.name, subject)
    for (const { names } of container.networks ?? []) for (const name of names) add(name, subject)
  }
  return (url) => {
    const at = hostAndPort(url)
    if (at === undefined) return undefined
    return byName.get(at.host) ?? (hostNames.test(at.host) ? byPort.get(at.port) : undefined)
  }
}
