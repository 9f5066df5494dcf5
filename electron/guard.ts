import { homedir } from 'node:os'
import { join } from 'node:path'
import { connectSessionBus } from './adapters/session-bus/session-bus.ts'
import { userUnits } from './adapters/systemd/user-unit.ts'
import { openDemoWorld } from './demo/demo-world.ts'
import { playStory } from './demo/play-story.ts'
import { howToPlay, story } from './demo/story.ts'
import { openSentinel } from './sentinel/open-sentinel.ts'
import type { Sentinel } from './sentinel/surface.ts'

// What both composition roots open: the guard of this machine, or that of the demo world.

export type GuardOptions = {
  stacks?: readonly string[]
  oneShot?: boolean
  /** Look beyond the containers too. */
  monitoring?: boolean
  onProblem?: (sentence: string) => void
}

/** Beside the sources and beside the bundle alike; no editor can look into an archive. */
const schema = join(import.meta.dirname, '../shared/schemas/stack.schema.json').replace(
  'app.asar/',
  'app.asar.unpacked/',
)

/** The guard of this machine's own Docker. */
export function openGuard(options: GuardOptions = {}): Promise<Sentinel> {
  return openSentinel({
    ...options,
    schema,
    place: { env: process.env, homeDirectory: homedir() },
    userUnits: userUnits(connectSessionBus),
  })
}

export type DemoGuard = {
  /** Stops with its world. */
  sentinel: Sentinel
  /** Plays the incident; resolves to what went wrong, or null when it ended well. */
  play(say: (line: string) => void, signal?: AbortSignal): Promise<string | null>
  /** For whoever stays after the story. */
  howToPlay: readonly string[]
}

/** The same guard, of a small world of its own; the machine's Docker is not touched. */
export async function openDemo(): Promise<DemoGuard> {
  const world = await openDemoWorld()
  const { env, homeDirectory, defaultEndpoint, userUnits } = world
  const place = { env, homeDirectory, defaultEndpoint }
  const guard = await openSentinel({ place, demo: true, userUnits })
  const sentinel: Sentinel = {
    ...guard,
    async stop() {
      await guard.stop()
      await world.close()
    },
  }
  return {
    sentinel,
    async play(say, signal) {
      const played = await playStory({ world, story, sentinel, say, ...(signal && { signal }) })
      return played.ok ? null : `${played.error.beat.name}: ${played.error.problem}`
    },
    howToPlay: howToPlay(world),
  }
}
