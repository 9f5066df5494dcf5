import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Stack } from '../../shared/domain/stack.ts'
import { places } from '../adapters/disk/places.ts'
import type { DockerPlace } from '../adapters/docker/config-file.ts'
import { restic } from '../adapters/restic/restic.ts'
import { keepAwake } from '../adapters/systemd/keep-awake.ts'
import { drillHere } from './drill/drill-here.ts'
import type { RunOrder } from './order.ts'
import type { BackupSecrets } from './process/process-talk.ts'
import { createRepository, isRepository, openRepository } from './repository/open-repository.ts'
import type { Repository, RepositoryKey } from './repository/repository.ts'
import { gatherHere } from './run/gather-here.ts'
import type { Gather } from './run/gathered.ts'
import { repositoryDirectoryOf } from './run/repository-directory.ts'
import { orderRunner } from './run-order.ts'
import { secondCopy } from './second-copy/second-copy.ts'

export type HereParts = {
  /** Whose Docker, and whose directories. */
  place: DockerPlace
  secrets: BackupSecrets
  /** Of Odin Sentinel, for the manifest. */
  version: string
}

/** Carries orders out in this process, with the real Docker, disk and clock. */
export function orderHere({ place, secrets, version }: HereParts): RunOrder {
  const ours = places(place.env, place.homeDirectory)
  return orderRunner({
    openRepository: (stack) => openRepositoryOf(stack, place, secrets.identity),
    createRepository: (stack) =>
      createRepository(
        repositoryDirectoryOf(stack, ours.data),
        keyOf(stack, secrets.identity),
        optionsIn(place),
      ),
    gather: gatherFor(place, async () => secrets.grafanaToken),
    drill: drillHere(place),
    secondCopy: secondCopy({
      restic: (door) => restic({ ...door, env: place.env }),
      password: secrets.secondCopyPassword,
      access: secrets.secondCopyAccess,
      machine: hostname(),
      now: Date.now,
    }),
    keepAwake: (why) => keepAwake(why, place.env),
    machine: hostname(),
    version,
    now: Date.now,
  })
}

/** Finds what belongs into a snapshot, for whoever only wants to compare it. */
export const gatherFor = (
  place: DockerPlace,
  grafanaToken: () => Promise<string | undefined>,
): Gather => gatherHere({ place, places: places(place.env, place.homeDirectory), grafanaToken })

/** The repository of a stack as its file names it; undefined where none has been made yet. */
export async function openRepositoryOf(
  stack: Stack,
  place: DockerPlace,
  identity?: string,
): Promise<Repository | undefined> {
  const { data } = places(place.env, place.homeDirectory)
  const directory = repositoryDirectoryOf(stack, data)
  if (!(await isRepository(directory))) return undefined
  return openRepository(directory, keyOf(stack, identity), optionsIn(place))
}

const keyOf = (stack: Stack, identity: string | undefined): RepositoryKey => ({
  recipients: stack.backup?.recipients ?? [],
  ...(identity !== undefined && { identity }),
})

const optionsIn = (place: DockerPlace) => ({
  cacheDirectory: join(places(place.env, place.homeDirectory).cache, 'snapshots'),
})
