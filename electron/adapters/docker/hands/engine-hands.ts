import type { Readable } from 'node:stream'
import type { Container } from '../../../../shared/domain/container.ts'

/** A container with what has to be known before it is touched. */
export type ContainerUpClose = Container & {
  /** The engine's own words, to the nanosecond: they tell one start or end from any other. */
  startedStamp: string
  finishedStamp: string
  /** It is gone once it has stopped. */
  autoRemove: boolean
  /** How long the engine waits for it to end; absent where nobody has said. */
  stopTimeoutSeconds?: number
  /** Its program, as the engine starts it, and what that was started with. */
  program: string
  args: readonly string[]
  /** Whom it runs as, in the words of its image; empty for root. */
  user: string
  cwd: string
}

export type EngineVolume = {
  name: string
  driver: string
  options: Readonly<Record<string, string>>
  labels: Readonly<Record<string, string>>
  createdAt: string
}

/** What a helper has mounted: a volume by name, or a directory of the engine's machine. */
export type HelperMount = {
  type: 'volume' | 'bind'
  source: string
  readOnly: boolean
}

export type HelperWanted = {
  /** Stands on its label, so that it is found again after a crash. */
  id: string
  mount: HelperMount
  /** ID or name of the one image to make it from; otherwise any that the engine has. */
  image?: string
}

/** A helper that runs a program, as somebody, until it is stopped. */
export type HelperRunning = HelperWanted & {
  image: string
  user: string
  command: readonly string[]
}

export type HelperFound = { containerId: string; id: string; createdAt: number }

/** Times are as precise as the engine's, sizes are of what a link leads to. */
export type PathStat = { sizeBytes: number; mtime: string; linkTarget: string }

/** Where a helper has its mount. */
export const helperMountPath = '/odin-sentinel'

/**
 * What changes an engine, and what is looked at for it. Nothing is ever pulled, no volume is ever
 * removed, and only containers that carry our own label are. Every call but those that stream
 * gives up after a while, and rejects with an `EngineFailure` that a person can read.
 */
export interface EngineHands {
  readonly endpoint: string
  /** Its ID, and what its clock shows in epoch milliseconds. */
  identity(signal?: AbortSignal): Promise<{ id: string; version: string; now: number }>

  /**
   * Free bytes on the disk that it keeps its data on. Undefined where that is in another machine,
   * a virtual one too, or cannot be seen.
   */
  freeBytes(signal?: AbortSignal): Promise<number | undefined>

  /** Undefined when there is none. */
  container(id: string, signal?: AbortSignal): Promise<ContainerUpClose | undefined>
  /**
   * The variables that its program was started with, from its image and from whoever made it.
   * There may be secrets among them. Undefined when there is no such container.
   */
  environment(id: string, signal?: AbortSignal): Promise<ReadonlyMap<string, string> | undefined>
  containersOf(
    project: string,
    service: string,
    signal?: AbortSignal,
  ): Promise<readonly ContainerUpClose[]>
  /** The same of several services, by one list. */
  containersOfServices(
    project: string,
    services: readonly string[],
    signal?: AbortSignal,
  ): Promise<readonly ContainerUpClose[]>
  /**
   * Calls back once the engine listens, and whenever a container of the project may be different
   * from then on. Resolves when that is over: by the signal, or because the engine ends it.
   */
  changesIn(project: string, changed: () => void, signal: AbortSignal): Promise<void>
  /** Running or not; helpers are left out. */
  containersUsing(volume: string, signal?: AbortSignal): Promise<readonly ContainerUpClose[]>
  /**
   * Those that run or may at any moment, and have a directory of the engine's machine mounted to
   * write to: this one, one in it, or one that it is in but for the root. Helpers are left out.
   */
  containersWritingTo(directory: string, signal?: AbortSignal): Promise<readonly ContainerUpClose[]>
  /** Names of running containers that live in the network of this one. */
  inItsNetwork(id: string, signal?: AbortSignal): Promise<readonly string[]>
  /** Waits for its end, up to `graceSeconds`; after that the engine kills it. Harmless when it is not running. */
  stop(id: string, graceSeconds: number, signal?: AbortSignal): Promise<void>
  /** Harmless when it is running. */
  start(id: string, signal?: AbortSignal): Promise<void>
  /** Of one that runs and is not paused. */
  pause(id: string, signal?: AbortSignal): Promise<void>
  /** What the engine does with it when it ends, and when the engine itself starts. */
  setRestartPolicy(
    id: string,
    policy: 'always' | 'unless-stopped',
    signal?: AbortSignal,
  ): Promise<void>
  /**
   * Runs a program in a running container. Rejects when the container has no such program. Of what
   * it says no more is kept than `mostOutputBytes`, 4 KiB unless said.
   */
  exec(
    id: string,
    command: readonly string[],
    signal?: AbortSignal,
    options?: { mostOutputBytes?: number },
  ): Promise<{ exitCode: number; output: string }>

  /** Names that its images go by. */
  images(signal?: AbortSignal): Promise<readonly string[]>
  volumes(signal?: AbortSignal): Promise<readonly EngineVolume[]>
  volume(name: string, signal?: AbortSignal): Promise<EngineVolume | undefined>
  /** Rejects where one has this name. */
  createVolume(volume: Omit<EngineVolume, 'createdAt'>, signal?: AbortSignal): Promise<EngineVolume>

  /**
   * Makes a container from any image that the engine has; it is never started. What is wanted is
   * at `helperMountPath` in it. Rejects where there is no such volume or directory.
   */
  createHelper(wanted: HelperWanted, signal?: AbortSignal): Promise<string>
  /** Makes a helper, runs the program to its end in it, without a network, and removes it. */
  runHelper(
    wanted: HelperWanted,
    command: readonly string[],
    signal?: AbortSignal,
  ): Promise<{ exitCode: number }>
  /**
   * Makes a helper and starts the program in it, without a network. Whoever started it stops and
   * removes it; `id` is by what it is found again.
   */
  startHelper(wanted: HelperRunning, signal?: AbortSignal): Promise<string>
  /** By its container's ID. Refuses what is no helper; harmless when it is gone. Volumes stay. */
  removeHelper(containerId: string, signal?: AbortSignal): Promise<void>
  /** All that are there, also those of other processes. */
  helpers(signal?: AbortSignal): Promise<readonly HelperFound[]>

  /**
   * A tar stream of the path, as fast as it is read. The engine keeps the container locked until it
   * has been read to its end or destroyed, so nothing else can be asked of this container meanwhile.
   */
  readArchive(containerId: string, path: string, signal: AbortSignal): Promise<Readable>
  /**
   * Unpacks a tar stream into a directory. Owners are those of the stream. The directory itself
   * stays as it is, whatever the entry `.` says (moby 26.1): to give the root of a volume its mode
   * and owner, write `odin-sentinel` and what is below it into `/`.
   */
  writeArchive(containerId: string, path: string, tar: Readable, signal: AbortSignal): Promise<void>
  /** Of the path itself, not of where it leads to. Undefined when there is none. */
  statPath(containerId: string, path: string, signal?: AbortSignal): Promise<PathStat | undefined>

  close(): void
}
