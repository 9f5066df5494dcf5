import { lstat, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { SnapshotEntry, SnapshotFile } from '../../../shared/domain/snapshot.ts'
import { ArchiveRefused } from '../../adapters/archive/archive-problem.ts'
import {
  type Destination,
  openDestination,
  type PlacedFile,
  type PlaceReport,
} from '../../adapters/archive/place-safely.ts'
import { diskProblem } from '../../adapters/disk/disk-problem.ts'
import { FilesDamaged } from '../repository/read-files.ts'
import type { Repository } from '../repository/repository.ts'
import { isAtOrBelow, type PathInSnapshot, pathInSnapshot } from './browse.ts'

export type Extracted = PlaceReport & {
  /** Where it lies now. */
  places: readonly string[]
  /** What is not there and should be, a sentence each: damaged files, links that lead out. */
  problems: readonly string[]
}

/**
 * Writes what is at a path of a snapshot, everything for an empty path, into a directory, under
 * its own name: `configuration/home/ada/odin` becomes `DIR/odin`, `volume:data` becomes
 * `DIR/volume-data`. Nothing is overwritten: it rejects before it writes anything when something
 * stands there. Nothing is written outside, whatever the snapshot says.
 */
export async function extract(
  repository: Repository,
  snapshot: SnapshotEntry,
  path: string,
  toDirectory: string,
  signal: AbortSignal,
): Promise<Extracted> {
  const files = await repository.files(snapshot.id)
  const { components } = snapshot.manifest
  const asked =
    path === '' || path === '/'
      ? components.map(({ id }): PathInSnapshot => ({ component: id, path: '.' }))
      : [pathInSnapshot(path, components)]
  const wanted = new Map<SnapshotFile, PlacedFile>()
  const names = new Set<string>()
  for (const at of asked) {
    const found = at ? files.filter((file) => isAtOrBelow(file, at)) : []
    if (at === undefined || (found.length === 0 && at.path !== '.')) {
      throw new Error(`There is no ${path} in snapshot ${snapshot.id}.`)
    }
    const name = nameFor(at, names)
    for (const file of found) wanted.set(file, placed(file, at, name))
  }
  const places = [...names].map((name) => join(toDirectory, name))
  try {
    await mkdir(toDirectory, { recursive: true })
  } catch (error) {
    throw diskProblem(error, toDirectory, `${toDirectory} cannot be made`)
  }
  for (const place of places) await refuseIfThere(place)
  const destination = await openDestination(toDirectory)
  try {
    const problems = await placeAll(repository, wanted, destination, signal)
    return { ...(await destination.finish()), places, problems }
  } finally {
    await destination.close()
  }
}

/** While one pack waits for the disk, the other is unpacked. */
const packsAtOnce = 2

async function placeAll(
  repository: Repository,
  wanted: ReadonlyMap<SnapshotFile, PlacedFile>,
  destination: Destination,
  signal: AbortSignal,
): Promise<string[]> {
  const problems: string[] = []
  const ofType = (type: SnapshotFile['type']) => [...wanted].filter(([file]) => file.type === type)
  const directories = ofType('directory').toSorted(([, a], [, b]) => (a.path < b.path ? -1 : 1))
  for (const [, directory] of directories) await destination.place(directory)
  const contents = ofType('file').map(([file]) => file)
  try {
    await repository.read(
      contents,
      async (file, content) => {
        const where = wanted.get(file)
        if (where) await destination.place(where, content)
      },
      signal,
      packsAtOnce,
    )
  } catch (error) {
    // All that is sound has been placed.
    if (!(error instanceof FilesDamaged)) throw error
    problems.push(error.message)
  }
  for (const [file, link] of ofType('symlink')) {
    signal.throwIfAborted()
    await destination.place(link).catch((error: unknown) => {
      if (!(error instanceof ArchiveRefused)) throw error
      problems.push(`The link ${file.path} is left out: it leads to ${file.linkTo}.`)
    })
  }
  return problems
}

function placed(file: SnapshotFile, at: PathInSnapshot, name: string): PlacedFile {
  const { type, mode, uid, gid, mtimeSeconds, linkTo } = file
  const rest = at.path === '.' ? file.path : file.path.slice(at.path.length + 1)
  return {
    path: rest === '' || rest === '.' ? name : `${name}/${rest}`,
    type,
    mode,
    uid,
    gid,
    mtimeSeconds,
    ...(linkTo !== undefined && { linkTo }),
  }
}

/** The last part of the path; of a component a name that can be one of a directory. */
function nameFor({ component, path }: PathInSnapshot, taken: Set<string>): string {
  const last = path === '.' ? component.replace(/[^\w.-]+/g, '-') : path.split('/').at(-1)
  const name = last === undefined || /^\.*$/.test(last) ? 'snapshot' : last
  let free = name
  for (let number = 2; taken.has(free); number += 1) free = `${name}.${number}`
  taken.add(free)
  return free
}

async function refuseIfThere(path: string): Promise<void> {
  const there = await lstat(path).catch(() => undefined)
  if (there) throw new Error(`${path} is there already, and nothing is overwritten.`)
}
