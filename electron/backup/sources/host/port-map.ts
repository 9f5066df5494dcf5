import type { EngineEvidence } from '../../../adapters/docker/evidence.ts'
import { listeningSockets } from '../../../adapters/procfs/listening-sockets.ts'
import { socketHolders } from '../../../adapters/procfs/socket-holders.ts'
import { jsonText } from './machine-records.ts'
import type { Section } from './machine-section.ts'

/** Where the kernel begins to hand out ports to whoever sends (ip_local_port_range). */
const firstPassingPort = 32_768

/** Who listens on which port of this machine; what is another at each start is left out. */
export async function portMap(
  evidence: EngineEvidence | Error,
  procRoot = '/proc',
): Promise<Section> {
  const sockets = (await listeningSockets(procRoot)).filter(
    ({ protocol, port }) => protocol === 'tcp' || port < firstPassingPort,
  )
  const held = await socketHolders(procRoot).of(new Set(sockets.map(({ inode }) => inode)))
  const names = new Map(
    evidence instanceof Error
      ? []
      : evidence.containers.map(({ inspect, name }) => [String(inspect['Id']), name]),
  )
  const lines = sockets.map(({ protocol, address, port, uid, inode }) => {
    const { command, unit, containerId } = held.get(inode) ?? {}
    return {
      port,
      protocol,
      address,
      uid,
      ...(command !== undefined && { command }),
      ...(unit && { unit: unit.name, scope: unit.scope }),
      ...(containerId !== undefined && { container: names.get(containerId) ?? 'another' }),
    }
  })
  const differing = new Map(lines.map((line) => [JSON.stringify(line), line]))
  const sorted = [...differing].toSorted(
    ([a, one], [b, other]) => one.port - other.port || (a < b ? -1 : 1),
  )
  const text = jsonText(
    sorted.map(([, line]) => line),
    { keepsSecrets: true },
  )
  return { documents: [{ path: 'ports.json', text }] }
}
