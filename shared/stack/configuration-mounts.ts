import type { Container, Mount } from '../domain/container.ts'
import { isInside, resolvePath } from './paths.ts'

/** The machine's own trees: mounted to be measured, not to configure anything. */
const machineTrees = [
  '/proc',
  '/sys',
  '/dev',
  '/run',
  '/var/run',
  '/var/log',
  '/var/lib/docker',
  '/boot',
  '/lib',
  '/usr',
  '/tmp',
]

/** Trees in which configuration may lie, but which are none as a whole. */
const tooWide = [
  '/',
  '/etc',
  '/home',
  '/root',
  '/opt',
  '/srv',
  '/var',
  '/var/lib',
  '/mnt',
  '/media',
]

const machineFiles =
  /^\/etc\/(localtime|timezone|machine-id|hostname|hosts|resolv\.conf|passwd|group|shadow|os-release|ssl|ca-certificates|pki)(\/|$)/

const configExtension =
  /\.(ya?ml|json|toml|conf|config|cfg|cnf|ini|env|properties|rules|rule|tmpl|tpl|xml|lua|river|alloy|hcl)$/i

const configPlace = /^\/(etc|config|conf|provisioning)(\/|$)|\/(conf(ig)?|provisioning)(\/|$)/i

/**
 * Host paths of the configuration that is bind-mounted into a container. A bind is
 * configuration when its source is none of the machine's own trees and no socket, and
 * either side looks like configuration: the source's extension, or a destination such as
 * /etc/…, or a read-only source below the working directory. A writable directory
 * anywhere else is data.
 */
export function configurationOf(container: Container): string[] {
  const paths = container.mounts
    .filter((mount) => mount.type === 'bind')
    .map((mount) => ({ ...mount, source: hostPath(mount.source) }))
    .filter((mount) => isConfiguration(mount, container.workingDir))
    .map(({ source }) => source)
  return [...new Set(paths)].toSorted()
}

function isConfiguration(mount: Omit<Mount, 'type'>, workingDir: string): boolean {
  const { source, destination, readOnly } = mount
  if (isOfMachine(source)) return false
  if (configExtension.test(source) || configPlace.test(destination)) return true
  return readOnly && isInside(source, workingDir)
}

function isOfMachine(source: string): boolean {
  if (tooWide.includes(source) || machineFiles.test(source) || source.endsWith('.sock')) return true
  return machineTrees.some((tree) => source === tree || isInside(source, tree))
}

/**
 * What a bind is to a backup. `data`: what the container writes, a volume in disguise. `foreign`:
 * something of somebody else that it only reads. What lies below the working directory is the
 * stack's own, wherever that is.
 */
export function kindOfBind(
  mount: Omit<Mount, 'type'>,
  workingDir: string,
): 'configuration' | 'data' | 'machine' | 'foreign' {
  const bind = { ...mount, source: hostPath(mount.source) }
  if (isConfiguration(bind, workingDir)) return 'configuration'
  const isOwn = isInside(bind.source, workingDir) && !bind.source.endsWith('.sock')
  if (isOfMachine(bind.source) && !isOwn) return 'machine'
  if (!bind.readOnly) return 'data'
  return isOwn ? 'configuration' : 'foreign'
}

/** Docker Desktop shows the host's paths as they are called in its machine. */
export function hostPath(source: string): string {
  const path = resolvePath('/', source)
  return isInside(path, '/host_mnt') ? path.slice('/host_mnt'.length) : path
}
