import type { EngineKind } from '../../../shared/domain/engine.ts'
import type { Listener, PortOwner } from '../../../shared/domain/port.ts'
import { type ListeningSocket, listeningSockets } from '../../adapters/procfs/listening-sockets.ts'
import { type Holder, socketHolders } from '../../adapters/procfs/socket-holders.ts'
import { type Stop, type Watcher, watcher } from '../watcher.ts'

/** A running container of an engine on this machine, and one port of the machine that it got. */
export type PublishedByContainer = {
  engineId: string
  /** Tells two engines apart that both claim the port. */
  engineKind?: EngineKind
  project: string
  service: string
  container: string
  /** Lets a container on the host's network be recognised, which publishes nothing. */
  containerId?: string
  /** 0 where it publishes nothing. */
  port: number
  protocol?: 'tcp' | 'udp'
  /** Absent, empty or a wildcard: every address. */
  hostIp?: string
}

export type ListenerWatcherParts = {
  /** Asked at each look; only engines whose containers listen on this machine. */
  containersOf: () => readonly PublishedByContainer[]
  procRoot?: string
  /** For whoever knows that ports are changing, for example with a container. */
  hints?: (again: () => void) => Stop
  everyMs?: number
  now?: () => number
}

/** Units that carry engines: what they hold is held for a container, if one claims it. */
const engineUnits = /^(docker|containerd|docker-desktop|podman)\.service$/

/**
 * Keeps in view who listens on which port. The kernel sends no events for that: a look reads
 * four short files, and the processes only when a socket is new.
 */
export function listenerWatcher(parts: ListenerWatcherParts): Watcher<readonly Listener[]> {
  const { containersOf, procRoot = '/proc', now = Date.now } = parts
  const holders = socketHolders(procRoot)
  let since = new Map<string, number>()

  return watcher<readonly Listener[]>({
    source: 'the listening ports of this machine',
    async look() {
      const sockets = await listeningSockets(procRoot)
      const held = await holders.of(new Set(sockets.map(({ inode }) => inode)))
      const claims = containersOf()
      const grouped = new Map<string, Omit<Listener, 'since'>>()
      for (const socket of sockets) {
        const owner = ownerOf(socket, held.get(socket.inode), claims)
        const { port, protocol, address } = socket
        const key = `${protocol} ${port} ${identityOf(owner)}`
        const addresses = grouped.get(key)?.addresses ?? []
        const all = addresses.includes(address) ? addresses : [...addresses, address].sort()
        // Several processes of one owner: the first, which is the oldest, speaks for it.
        grouped.set(key, {
          port,
          protocol,
          addresses: all,
          owner: grouped.get(key)?.owner ?? owner,
        })
      }
      const at = now()
      since = new Map([...grouped.keys()].map((key) => [key, since.get(key) ?? at]))
      const listeners = [...grouped].map(([key, one]) => ({ ...one, since: since.get(key) ?? at }))
      return listeners.sort(
        (a, b) => a.port - b.port || a.protocol.localeCompare(b.protocol) || a.since - b.since,
      )
    },
    hints: parts.hints ?? (() => () => {}),
    settleMs: 50,
    everyMs: parts.everyMs ?? 5_000,
    now,
  })
}

function ownerOf(
  socket: ListeningSocket,
  holder: Holder | undefined,
  claims: readonly PublishedByContainer[],
): PortOwner {
  const { containerId, unit } = holder ?? {}
  if (containerId !== undefined) {
    const own = claims.find((claim) => claim.containerId === containerId)
    if (own) return containerOwner(own)
  }
  const isForOthers = unit === undefined || engineUnits.test(unit.name)
  const claim = isForOthers ? claimOn(socket, holder, claims) : undefined
  if (claim) return containerOwner(claim)
  if (holder === undefined) return { kind: 'unknown', uid: socket.uid }
  if (unit) return { kind: 'unit', unit: unit.name, scope: unit.scope, pid: holder.pid }
  return { kind: 'process', pid: holder.pid, command: holder.command }
}

/**
 * An engine that says that it got a port has it: of whatever process forwards it, docker-proxy
 * or Docker Desktop's, it is the word of the engine that counts.
 */
function claimOn(
  { port, protocol, address }: ListeningSocket,
  holder: Holder | undefined,
  claims: readonly PublishedByContainer[],
): PublishedByContainer | undefined {
  const fitting = claims.filter(
    (claim) =>
      claim.port === port &&
      (claim.protocol ?? 'tcp') === protocol &&
      (isEveryAddress(claim.hostIp ?? '') || claim.hostIp === address),
  )
  // docker-proxy belongs to an engine that runs on this machine, not in a virtual one.
  const isNear = ({ engineKind }: PublishedByContainer) => engineKind !== 'docker-desktop'
  const near = holder?.isDockerProxy === true
  return fitting.find((claim) => isNear(claim) === near) ?? fitting[0]
}

const isEveryAddress = (hostIp: string): boolean => ['', '0.0.0.0', '::'].includes(hostIp)

function containerOwner({
  engineId,
  project,
  service,
  container,
}: PublishedByContainer): PortOwner {
  return { kind: 'container', engineId, project, service, container }
}

/** A unit or a container stays who it is when its process is another one. */
function identityOf(owner: PortOwner): string {
  switch (owner.kind) {
    case 'container':
      return `container ${owner.engineId} ${owner.container}`
    case 'unit':
      return `unit ${owner.scope} ${owner.unit}`
    case 'process':
      return `process ${owner.pid} ${owner.command}`
    case 'unknown':
      return `unknown ${owner.uid}`
  }
}
