import type { MonitoringSights } from '../../../shared/domain/monitoring.ts'
import type { ObservedState } from '../../../shared/domain/observed-state.ts'
import { type Reading, unknown } from '../../../shared/domain/reading.ts'
import { isUp } from '../../../shared/domain/whereabouts.ts'
import { stackUnitPatterns } from '../../../shared/stack/unit-patterns.ts'
import { connectSessionBus, connectSystemBus } from '../../adapters/session-bus/session-bus.ts'
import { systemdUnits } from '../../adapters/systemd/systemd-units.ts'
import { gpuWatcher } from '../../observe/machine/gpus.ts'
import { hostWatcher } from '../../observe/machine/host.ts'
import { listenerWatcher, type PublishedByContainer } from '../../observe/machine/listeners.ts'
import { unitWatcher } from '../../observe/machine/units.ts'

/** What belongs to the machine, whatever stacks there are. */
export type MachineSights = Pick<MonitoringSights, 'gpus' | 'units' | 'listeners' | 'host'>

export type MachineWatch = {
  sights(): MachineSights
  lookNow(): Promise<void>
  stop(): Promise<void>
}

type MachineWatchParts = {
  env: NodeJS.ProcessEnv
  /** Unit patterns of the stacks, besides the usual ones. */
  unitPatterns: readonly string[]
  /** Directories of the stacks whose disks may fill. */
  dataDirectories: readonly string[]
  gpuEverySeconds?: number
  observed: () => ObservedState
  changed: () => void
  now: () => number
}

/** Keeps GPUs, systemd units, listening ports and the host in view. */
export function watchMachine(parts: MachineWatchParts): MachineWatch {
  const { env, now, changed } = parts
  const watchers = {
    gpus: gpuWatcher({
      env,
      now,
      ...(parts.gpuEverySeconds !== undefined && { everySeconds: parts.gpuEverySeconds }),
    }),
    units: unitWatcher({
      system: systemdUnits({ scope: 'system', connect: () => connectSystemBus(env) }),
      user: systemdUnits({ scope: 'user', connect: () => connectSessionBus(env) }),
      patterns: [...new Set([...stackUnitPatterns, ...parts.unitPatterns])],
      now,
    }),
    listeners: listenerWatcher({ containersOf: () => publishedOn(parts.observed()), now }),
    host: hostWatcher({ dataDirectories: () => parts.dataDirectories, now }),
  }
  let sights: MachineSights = {
    gpus: notYet('The GPUs', now()),
    units: notYet('The systemd units', now()),
    listeners: notYet('The ports', now()),
    host: notYet('The machine', now()),
  }
  const keep =
    <K extends keyof MachineSights>(source: K) =>
    (reading: MachineSights[K]) => {
      sights = { ...sights, [source]: reading }
      changed()
    }
  watchers.gpus.start(keep('gpus'))
  watchers.units.start(keep('units'))
  watchers.listeners.start(keep('listeners'))
  watchers.host.start(keep('host'))
  const all = Object.values(watchers)

  return {
    sights: () => sights,
    async lookNow() {
      await Promise.all(all.map((one) => one.lookNow()))
    },
    async stop() {
      await Promise.all(all.map((one) => one.stop()))
    },
  }
}

export const notYet = <T>(source: string, at: number): Reading<T> =>
  unknown({ code: 'pending', message: `${source} have not been looked at yet.` }, at)

/** What the engines of this machine say that their containers hold. */
function publishedOn({ engines }: ObservedState): PublishedByContainer[] {
  return engines.flatMap(({ endpoint, engine, containers }) => {
    if (!endpoint.startsWith('unix://')) return []
    if (engine.status === 'unknown' || containers.status === 'unknown') return []
    const { id: engineId, kind: engineKind } = engine.value
    return containers.value.filter(isUp).flatMap((container) => {
      const { project, service, id: containerId, name } = container
      const common = { engineId, engineKind, project, service, container: name, containerId }
      if (container.portsGot.length === 0) return [{ ...common, port: 0 }]
      return container.portsGot.map(({ hostPort, hostIp, protocol }) => ({
        ...common,
        port: hostPort,
        hostIp,
        ...(protocol !== 'sctp' && { protocol }),
      }))
    })
  })
}
