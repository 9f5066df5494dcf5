import { hostname } from 'node:os'
import { places } from '../adapters/disk/places.ts'
import type { DockerPlace } from '../adapters/docker/config-file.ts'
import { handsAt } from '../adapters/docker/hands/hands-at.ts'
import { restic } from '../adapters/restic/restic.ts'
import { keepAwake } from '../adapters/systemd/keep-awake.ts'
import { drillHere } from './drill/drill-here.ts'
import type { RunOrder } from './order.ts'
import type { BackupSecrets } from './process/process-talk.ts'
import { createRepository } from './repository/open-repository.ts'
import { keyOf, openRepositoryOf, optionsIn } from './repository-of.ts'
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
    openHands: handsAt(place),
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
