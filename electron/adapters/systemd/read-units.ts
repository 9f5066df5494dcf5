import { basename } from 'node:path'
import type { MessageBus } from 'dbus-native'
import type { Unit } from '../../../shared/domain/unit.ts'
import { propertyOf, systemd } from './systemd-bus.ts'

/** name, description, load, active, sub, following, object path, job, job type, job path */
type ListedUnit = [string, string, string, string, string, string, string, ...unknown[]]

/** Path of the unit file, enablement. */
type ListedFile = [string, string]

type Service = { mainPid: number; result: string; activeSince?: number }

/** One whole look at all units that fit: two lists, and three properties of each that is loaded. */
export async function readUnits(
  bus: MessageBus,
  scope: Unit['scope'],
  patterns: readonly string[],
  signal: AbortSignal,
): Promise<Unit[]> {
  const call = <T>(member: string) =>
    bus.invoke<T>({ ...systemd, member, signature: 'asas', body: [[], [...patterns]] }, { signal })
  const [listed, files] = await Promise.all([
    call<ListedUnit[]>('ListUnitsByPatterns'),
    call<ListedFile[]>('ListUnitFilesByPatterns'),
  ])
  const enablement = new Map(files.map(([path, state]) => [basename(path), state]))
  const services = listed.filter(([name, , load]) => isService(name) && load !== 'not-found')
  const loaded = await Promise.all(
    services.map(async ([name, description, load, active, sub, , path]): Promise<Unit> => {
      const service = await serviceAt(bus, path, signal)
      const state = { load, active: activeState(active), sub }
      return {
        name,
        scope,
        description,
        ...state,
        enablement: enablement.get(name) ?? '',
        ...service,
      }
    }),
  )
  const names = new Set(loaded.map(({ name }) => name))
  // systemd forgets units that nobody uses: their files alone say that they are there.
  const unused = [...enablement]
    .filter(([name]) => isService(name) && !name.includes('@.') && !names.has(name))
    .map(([name, state]) => onlyInstalled(name, scope, state))
  return [...loaded, ...unused].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

const isService = (name: string): boolean => name.endsWith('.service')

function onlyInstalled(name: string, scope: Unit['scope'], enablement: string): Unit {
  const state = { load: 'not-loaded', active: 'inactive', sub: 'dead' } as const
  return { name, scope, description: '', ...state, enablement, mainPid: 0, result: '' }
}

async function serviceAt(bus: MessageBus, path: string, signal: AbortSignal): Promise<Service> {
  const property = <T>(face: 'Unit' | 'Service', name: string) =>
    bus.invoke<T>(propertyOf(path, face, name), { signal })
  const [mainPid, result, entered] = await Promise.all([
    property<number>('Service', 'MainPID'),
    property<string>('Service', 'Result'),
    property<bigint>('Unit', 'ActiveEnterTimestamp'),
  ])
  // Microseconds; 0 where it was never active.
  const activeSince = Math.floor(Number(entered) / 1000)
  return { mainPid, result, ...(activeSince > 0 && { activeSince }) }
}

const states = ['active', 'inactive', 'failed', 'activating', 'deactivating', 'reloading'] as const

function activeState(text: string): Unit['active'] {
  return states.find((state) => state === text) ?? 'other'
}
