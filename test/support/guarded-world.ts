import { type DemoWorld, openDemoWorld } from '../../electron/demo/demo-world.ts'
import { type OpenOptions, openSentinel } from '../../electron/sentinel/open-sentinel.ts'
import type { IncidentChange, Sentinel } from '../../electron/sentinel/surface.ts'
import type { FindingCode } from '../../shared/assess/finding.ts'
import type { FindingView, StatusView } from '../../shared/ipc/status.ts'

type GuardedWorld = {
  world: DemoWorld
  sentinel: Sentinel
  /** Everything a notifier would have been told, in order. */
  incidents: IncidentChange[]
  status(): StatusView
  finding(code: FindingCode): FindingView | undefined
  /** Resolves as soon as it holds; rejects with what is seen instead. */
  until(what: string, holds: (status: StatusView) => boolean): Promise<void>
  untilFiring(code: FindingCode): Promise<FindingView>
  untilResolved(code: FindingCode): Promise<void>
}

const withinMs = 60_000

/** The real loop with its real adapters on a demo world; nobody waits for hold times. */
export async function guard(
  world: DemoWorld,
  options: Partial<OpenOptions> = {},
): Promise<GuardedWorld> {
  const { env, homeDirectory, defaultEndpoint, userUnits } = world
  const sentinel = await openSentinel({
    place: { env, homeDirectory, defaultEndpoint },
    userUnits,
    // A source that has only just been asked for is not being blind.
    holdFor: (code) => (code === 'SENTINEL_BLIND' ? 30_000 : 0),
    ...options,
  })
  const incidents: IncidentChange[] = []
  sentinel.onIncident((change) => incidents.push(change))
  await sentinel.start()

  function status(): StatusView {
    const [first] = sentinel.mirror().stacks
    if (!first) throw new Error('there is no verdict yet')
    return first
  }

  function until(what: string, holds: (status: StatusView) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (!holds(status())) return
        clearTimeout(limit)
        stop()
        resolve()
      }
      const stop = sentinel.onMirror(look)
      const limit = setTimeout(() => {
        stop()
        const { health, sentence, findings } = status()
        const seen = findings.map(({ code, status, subject }) => `${code} ${status} ${subject}`)
        reject(new Error(`never ${what}; ${health}: ${sentence}\n${seen.join('\n')}`))
      }, withinMs)
      look()
    })
  }

  const finding = (code: FindingCode) => status().findings.find((one) => one.code === code)
  return {
    world,
    sentinel,
    incidents,
    status,
    finding,
    until,
    async untilFiring(code) {
      await until(`${code} firing`, () => finding(code)?.status === 'firing')
      return finding(code) as FindingView
    },
    untilResolved: (code) =>
      until(`${code} over`, ({ findings }) =>
        findings.every((one) => one.code !== code || one.status === 'resolved'),
      ),
  }
}

/** A guarded world with its stack adopted, taken down afterwards whatever happens. */
export async function withGuardedWorld(
  play: (guarded: GuardedWorld) => Promise<void>,
  options: Partial<OpenOptions> = {},
): Promise<void> {
  const world = await openDemoWorld()
  const guarded = await guard(world, options)
  try {
    await guarded.sentinel.adopt({ projects: ['odin'] })
    await guarded.until('all well', ({ health }) => health === 'ok')
    await play(guarded)
  } finally {
    await guarded.sentinel.stop()
    await world.close()
  }
}
