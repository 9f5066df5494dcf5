import type { MessageBus } from 'dbus-native'
import type { Unit } from '../../../shared/domain/unit.ts'
import { propertyOf, systemd } from './systemd-bus.ts'

/** Where a unit is written down, and what systemd has made of it. */
export type UnitFiles = {
  name: string
  /** Empty where it is made up from nothing on a disk. */
  file: string
  dropIns: readonly string[]
  /** Files with variables; those that may be missing are told apart. */
  environmentFiles: readonly { path: string; isOptional: boolean }[]
  /** `enabled`, `disabled`, `static`, `masked` … */
  enablement: string
  /** The files have changed since systemd has read them. */
  needsReload: boolean
}

/**
 * Reads where these units are written down. Every answer is systemd's own, so that what counts is
 * told and not what lies about on the disk. Rejects as the bus does.
 */
export async function unitFilesOf(
  bus: MessageBus,
  units: readonly Pick<Unit, 'name'>[],
  signal: AbortSignal,
): Promise<UnitFiles[]> {
  return Promise.all(
    units.map(async ({ name }): Promise<UnitFiles> => {
      const load = { ...systemd, member: 'LoadUnit', signature: 's', body: [name] }
      const path = await bus.invoke<string>(load, { signal })
      const property = <T>(face: 'Unit' | 'Service', property: string) =>
        bus.invoke<T>(propertyOf(path, face, property), { signal })
      const [file, dropIns, enablement, needsReload, environmentFiles] = await Promise.all([
        property<string>('Unit', 'FragmentPath'),
        property<string[]>('Unit', 'DropInPaths'),
        property<string>('Unit', 'UnitFileState'),
        property<boolean>('Unit', 'NeedDaemonReload'),
        // a(sb): the path, and whether it may be missing.
        property<[string, boolean][]>('Service', 'EnvironmentFiles').catch(() => []),
      ])
      return {
        name,
        file,
        dropIns: dropIns.toSorted(),
        enablement,
        needsReload,
        environmentFiles: environmentFiles.map(([path, isOptional]) => ({ path, isOptional })),
      }
    }),
  )
}
