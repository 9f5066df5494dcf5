import { homedir, hostname } from 'node:os'
import { join } from 'node:path'
import { places } from './adapters/disk/places.ts'
import {
  backupIdentityName,
  grafanaTokenName,
  secondCopyAccessName,
  secondCopyPasswordName,
  secretStore,
} from './adapters/secrets/secret-store.ts'
import { connectSessionBus } from './adapters/session-bus/session-bus.ts'
import { userUnits } from './adapters/systemd/user-unit.ts'
import type { BackupDoor, BackupSecrets } from './backup/process/process-talk.ts'
import { openDemoWorld } from './demo/demo-world.ts'
import { playStory } from './demo/play-story.ts'
import { howToPlay, story } from './demo/story.ts'
import { backupDoorsHere } from './sentinel/backups/doors-here.ts'
import type { SettingsFile } from './sentinel/keep/settings-file.ts'
import { openSentinel } from './sentinel/open-sentinel.ts'
import type { Sentinel } from './sentinel/surface.ts'
import { outward } from './sentinel/tell/outward.ts'

// What both composition roots open: the guard of this machine, or that of the demo world.

type GuardOptions = {
  stacks?: readonly string[]
  oneShot?: boolean
  /** Look beyond the containers too. */
  monitoring?: boolean
  onProblem?: (sentence: string) => void
  /** With them incidents are forwarded, metrics served and the heart beats, as they say. */
  settings?: SettingsFile
  version?: string
  /** Starts the backup process; without it nobody keeps backups. */
  backupDoor?: BackupDoor
}

/** Beside the sources and beside the bundle alike; no editor can look into an archive. */
const schema = join(import.meta.dirname, '../shared/schemas/stack.schema.json').replace(
  'app.asar/',
  'app.asar.unpacked/',
)

/** The guard of this machine's own Docker. */
export async function openGuard(options: GuardOptions = {}): Promise<Sentinel> {
  const { settings, version = '', onProblem = () => {}, backupDoor: door, ...rest } = options
  const { state } = places(process.env, homedir())
  const place = { env: process.env, homeDirectory: homedir() }
  let tell: (subject: string, sentence: string) => void = () => {}
  const guard = await openSentinel({
    ...rest,
    onProblem,
    schema,
    place,
    ...(door && {
      backups: backupDoorsHere({ door, place, secretsOf: backupSecrets(state), version }),
    }),
    userUnits: userUnits(connectSessionBus),
    grafanaToken: tokensIn(state),
    onOpen(lent) {
      tell = lent
    },
  })
  if (!settings || options.oneShot) return guard
  let outside: { stop(): Promise<void> } | undefined
  return {
    ...guard,
    async start() {
      await settings.start((sentence) => tell('file:settings.yaml', sentence))
      const machine = hostname()
      const common = { sentinel: guard, settings, version, machine, onProblem }
      outside = outward({ ...common, stateDirectory: state })
      await guard.start()
    },
    async stop() {
      await outside?.stop()
      await settings.stop()
      await guard.stop()
    },
  }
}

/** Grafana is asked every few seconds; the keyring need not be. */
const tokenKnownForMs = 60_000

function tokensIn(stateDirectory: string): (stack: string) => Promise<string | undefined> {
  const known = new Map<string, { at: number; token: Promise<string | undefined> }>()
  return (stack) => {
    const before = known.get(stack)
    if (before && performance.now() - before.at < tokenKnownForMs) return before.token
    const token = readToken(stateDirectory, stack)
    known.set(stack, { at: performance.now(), token })
    token.catch(() => known.delete(stack))
    return token
  }
}

const readToken = (stateDirectory: string, stack: string): Promise<string | undefined> =>
  readSecret(stateDirectory, grafanaTokenName(stack))

async function readSecret(stateDirectory: string, name: string): Promise<string | undefined> {
  const bus = connectSessionBus()
  try {
    return await secretStore(bus, stateDirectory).read(name)
  } finally {
    bus?.connection.end()
  }
}

/** What a backup process is handed over its channel. */
export const backupSecrets =
  (stateDirectory: string) =>
  async (stack: string): Promise<BackupSecrets> => {
    const names = [
      backupIdentityName,
      grafanaTokenName,
      secondCopyPasswordName,
      secondCopyAccessName,
    ]
    const [identity, grafanaToken, secondCopyPassword, secondCopyAccess] = await Promise.all(
      names.map((nameOf) => readSecret(stateDirectory, nameOf(stack)).catch(() => undefined)),
    )
    return {
      ...(identity !== undefined && { identity }),
      ...(grafanaToken !== undefined && { grafanaToken }),
      ...(secondCopyPassword !== undefined && { secondCopyPassword }),
      ...(secondCopyAccess !== undefined && { secondCopyAccess }),
    }
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
