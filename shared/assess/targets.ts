import { type ServiceOfStack, servicesOf } from '../domain/stack.ts'
import { placesOf } from '../domain/whereabouts.ts'
import { publishedPorts } from '../stack/published-port.ts'
import { hostAndPort, serviceSubject } from './answers.ts'
import type { Situation } from './situation.ts'

/** Names under which somebody on the machine itself is asked. */
const hostNames =
  /^(host\.docker\.internal|gateway\.docker\.internal|docker\.for\..*|localhost|127\.|::1$|172\.(1[6-9]|2\d|3[01])\.)/

/** The subject of the service of the stack that an address leads to: by name, or by port of the host. */
export function serviceBehind(situation: Situation, url: string): string | undefined {
  const at = hostAndPort(url)
  if (at === undefined) return undefined
  const services = servicesOf(situation.stack)
  const found =
    services.find((one) => namesOf(situation, one).includes(at.host)) ??
    (hostNames.test(at.host)
      ? services.find(({ service }) =>
          service.ports.flatMap(publishedPorts).some(({ hostPort }) => hostPort === at.port),
        )
      : undefined)
  return found && serviceSubject({ project: found.project, service: found.service.name })
}

function namesOf({ observed }: Situation, { project, service }: ServiceOfStack): string[] {
  const containers = placesOf(observed, project, service.name).map(({ container }) => container)
  return [
    service.name,
    ...containers.flatMap(({ name, networks }) => [
      name,
      ...(networks ?? []).flatMap(({ names }) => names),
    ]),
  ].map((name) => name.toLowerCase())
}
