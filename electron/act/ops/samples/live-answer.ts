import { posix } from 'node:path'
import type { ContainerUpClose, EngineHands } from '../../../adapters/docker/hands/engine-hands.ts'
import { askInside } from './ask-inside.ts'
import type { Saved } from './carried-note.ts'
import { type Counts, countSamples, missingFrom } from './count-samples.ts'

/**
 * `silent`: it does not answer from inside, for it is not ready yet, or wants a certificate or a
 * password that we do not have.
 */
export type LiveLook = 'has them' | 'silent' | { problem: string }

/** Whether the Prometheus that runs at home answers what was carried there. */
export async function lookLive(
  hands: EngineHands,
  containerId: string,
  saved: Saved,
  signal: AbortSignal,
): Promise<LiveLook> {
  const container = await hands.container(containerId, signal)
  if (container?.state !== 'running') {
    return { problem: `Prometheus at home is ${container?.state ?? 'gone'}, expected running.` }
  }
  const ask = askInside(hands, containerId, baseOf(container), signal)
  let counts: Counts
  try {
    if ((await ask('/-/ready')) === undefined) return 'silent'
    // Older ones may be past its retention already.
    counts = await countSamples(ask, saved.selector, { from: saved.lastDayFrom, to: saved.to })
  } catch {
    signal.throwIfAborted()
    return 'silent'
  }
  const none = { home: {}, within: {}, carried: saved.lastDay }
  const missing = missingFrom(counts, none)
  return missing.length === 0
    ? 'has them'
    : { problem: `Prometheus at home lacks samples: ${missing.slice(0, 5).join('; ')}.` }
}

/** Where it listens in its own container, by what it was started with. */
export function baseOf({ args }: Pick<ContainerUpClose, 'args'>): string {
  const flag = (name: string): string | undefined => {
    const at = args.findIndex((arg) => new RegExp(`^--?${name}(=|$)`).test(arg))
    const arg = args[at]
    return arg?.includes('=') ? arg.slice(arg.indexOf('=') + 1) : arg && args[at + 1]
  }
  const port = /:(\d+)$/.exec(flag('web\\.listen-address') ?? '')?.[1] ?? '9090'
  const prefix = flag('web\\.route-prefix') ?? pathOf(flag('web\\.external-url') ?? '')
  return `http://127.0.0.1:${port}${posix.join('/', prefix).replace(/\/$/, '')}`
}

const pathOf = (url: string): string => (URL.canParse(url) ? new URL(url).pathname : url)
