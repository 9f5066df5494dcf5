/** On everything that a drill makes on an engine, with the id of the drill. */
export const drillLabel = 'io.odin-sentinel.drill'

export type ScratchImage = {
  id: string
  /** What it starts with: its entry point, or else its command. */
  program: string
}

export type ScratchWanted = {
  drill: string
  /** What it is for, as a part of its name: "prometheus". */
  what: string
  image: string
  program: string
  args: readonly string[]
  /** `uid:gid`. */
  user: string
  volume?: { name: string; destination: string }
}

/**
 * What a drill makes and takes down on an engine. Containers have no network but their own
 * loopback, so that nothing restored reaches anybody, and they publish no ports. Nothing is
 * ever pulled.
 */
export interface ScratchHands {
  /** By ID or name. Rejects with the next step where the engine has none of these. */
  image(candidates: readonly string[], signal: AbortSignal): Promise<ScratchImage>
  /** Makes a volume with the label of the drill, and gives its name. */
  createVolume(drill: string, what: string, signal: AbortSignal): Promise<string>
  /** Makes a container and does not start it, so that files can be put into it first. */
  createContainer(wanted: ScratchWanted, signal: AbortSignal): Promise<string>
  /** What it has said so far, the last lines of it. */
  output(containerId: string, signal: AbortSignal): Promise<string>
  /** Waits for its end. */
  ended(containerId: string, signal: AbortSignal): Promise<{ exitCode: number }>
  /**
   * Removes one volume of this drill. This and `removeAll` are the one exception to "no volume is
   * ever deleted": a volume must carry the label of the drill, which only `createVolume` gives,
   * and the name that it gives; the engine is asked twice, in its list and for the volume itself.
   */
  removeVolume(drill: string, name: string, signal?: AbortSignal): Promise<void>
  /** Removes all containers, then all volumes of this drill; harmless when there are none. */
  removeAll(drill: string, signal?: AbortSignal): Promise<{ containers: number; volumes: number }>
  /** What there is of all drills, also of other processes. */
  left(signal?: AbortSignal): Promise<{ containers: readonly string[]; volumes: readonly string[] }>
  close(): void
}
