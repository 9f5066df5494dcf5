import type { Container } from '../../domain/container.ts'
import type { Reach } from './reachability.ts'

/** The change that makes an address work, as it is to be written, and in which file. */
export function patchFor(
  { patch }: Reach,
  { service }: { service: string },
  { composeFiles }: Container,
  host: string,
): Record<string, string | undefined> {
  const extraHosts = `services: { ${service}: { extra_hosts: ["host.docker.internal:host-gateway"] } }`
  const file = composeFiles.join(', ')
  switch (patch) {
    case 'extra-hosts':
      return { patch: extraHosts, 'in file': file }
    case 'use-host-name':
      return {
        patch: extraHosts,
        'in file': file,
        'and ask': `host.docker.internal instead of ${host}; for a service of the stack its name and its port inside the container`,
      }
    case 'share-network':
      return { patch: `put ${service} and ${host} into one network of compose`, 'in file': file }
    case 'use-service-name':
      return { patch: `ask the service by its name instead of ${host}` }
    case 'listen-wider':
      return { patch: 'let the listener listen on 0.0.0.0 or on the address of docker0' }
    default:
      return {}
  }
}
