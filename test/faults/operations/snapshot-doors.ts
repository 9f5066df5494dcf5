import { join } from 'node:path'
import type { DockerPlace } from '../../../electron/adapters/docker/config-file.ts'
import { handsAt } from '../../../electron/adapters/docker/hands/hands-at.ts'
import type { RunOrder } from '../../../electron/backup/order.ts'
import { forkDoor } from '../../../electron/backup/process/fork-door.ts'
import { runElsewhere } from '../../../electron/backup/process/run-elsewhere.ts'
import {
  createRepository,
  isRepository,
  openRepository,
} from '../../../electron/backup/repository/open-repository.ts'
import type { Gather } from '../../../electron/backup/run/gathered.ts'
import { orderRunner } from '../../../electron/backup/run-order.ts'
import { restoreDoorsHere } from '../../../electron/sentinel/restore/restore-doors-here.ts'
import type { Stack } from '../../../shared/domain/stack.ts'

/** Where snapshots of a world are. Plain values. */
export type SnapshotPlace = {
  root: string
  repository: string
  stack: Stack
  /** The program that works on data, where that is done in a process of its own. */
  elsewhere?: string
}

export const dockerPlaceOf = ({ root }: Pick<SnapshotPlace, 'root'>): DockerPlace => ({
  env: {
    PATH: process.env['PATH'],
    DOCKER_CONFIG: join(root, 'docker'),
    XDG_STATE_HOME: join(root, 'xdg'),
    XDG_CACHE_HOME: join(root, 'xdg'),
    XDG_DATA_HOME: join(root, 'xdg'),
  },
  homeDirectory: root,
})

const nothing = () => Promise.reject(new Error('Nobody is asked for this here.'))

/** The doors of the app, but that only data is worked on elsewhere, and that only where it is said. */
export function snapshotDoors(place: SnapshotPlace, gather: Gather) {
  const { elsewhere, repository } = place
  const open = () => openRepository(repository, { recipients: [] })
  const here = orderRunner({
    openRepository: async () => ((await isRepository(repository)) ? open() : undefined),
    createRepository: () => createRepository(repository, { recipients: [] }),
    ...{ gather, openHands: handsAt(dockerPlaceOf(place)), drill: nothing, secondCopy: nothing },
    keepAwake: () => () => {},
    ...{ machine: 'odin', version: '1.2.3', now: Date.now },
  })
  const apart =
    elsewhere === undefined
      ? here
      : runElsewhere({
          door: forkDoor(elsewhere, dockerPlaceOf(place).env),
          secretsOf: async () => ({}),
          version: '1.2.3',
        })
  const carryOut: RunOrder = (order, onProgress, signal) =>
    (order.kind === 'restore' ? apart : here)(order, onProgress, signal)
  return {
    carryOut,
    open,
    ...restoreDoorsHere({
      backups: { carryOut, open },
      inForce: () => [{ file: join(place.root, 'stack.yaml'), stack: place.stack }],
    }),
  }
}
