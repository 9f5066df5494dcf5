import type { PortOwner } from '../../domain/port.ts'

/** Programs through which engines themselves listen for their containers. */
const enginePrograms =
  /docker|containerd|rootlesskit|slirp4netns|pasta|qemu|vpnkit|gvproxy|lima|colima|podman|netavark|orbstack|com\.docker/i
const engineUnits = /^(docker|containerd|podman)/

/**
 * Who holds a port, seen from the services that want it. An engine listens for its containers, so
 * it may be the service itself; of whom nobody sees, nobody can tell.
 */
export type PortHolder =
  | 'the service'
  | 'the service elsewhere'
  | 'an engine'
  | 'unseen'
  | 'somebody else'

export function portHolder(
  owner: PortOwner,
  wanting: readonly { project: string; service: string }[],
  homeEngineId: string | undefined,
): PortHolder {
  switch (owner.kind) {
    case 'unknown':
      return 'unseen'
    case 'unit':
      return engineUnits.test(owner.unit) ? 'an engine' : 'somebody else'
    case 'process':
      return enginePrograms.test(owner.command) ? 'an engine' : 'somebody else'
    case 'container': {
      const { project, service, engineId } = owner
      if (!wanting.some((one) => one.project === project && one.service === service))
        return 'somebody else'
      return engineId === homeEngineId ? 'the service' : 'the service elsewhere'
    }
  }
}
