import type { Gpus } from '../../../shared/domain/gpu.ts'
import { type Watcher, watcher } from '../watcher.ts'
import { type GpuSight, gpuAsking } from './gpu-asking.ts'
import { gpuHistory } from './gpu-history.ts'

export type GpuWatcherParts = {
  /** Where nvidia-smi is looked for, and what it is started with. */
  env: NodeJS.ProcessEnv
  program?: string
  sysfsRoot?: string
  everySeconds?: number
  processesEverySeconds?: number
  checkEveryMs?: number
  silentAfterMs?: number
  idleMs?: number
  now?: () => number
  random?: () => number
}

/**
 * Keeps the NVIDIA cards in view through one nvidia-smi that runs for as long as a card is
 * awake. A look returns the last round; a sleeping card is reported, and never asked.
 */
export function gpuWatcher(parts: GpuWatcherParts): Watcher<Gpus> {
  const { env, program = 'nvidia-smi', everySeconds = 5, now = Date.now } = parts
  const history = gpuHistory()
  const { promise: first, resolve: isFirst } = Promise.withResolvers<void>()
  let sight: GpuSight | undefined
  let lookAgain = () => {}

  const asking = gpuAsking({
    smi: { program, env },
    sysfsRoot: parts.sysfsRoot ?? '/sys',
    everySeconds,
    processesEverySeconds: parts.processesEverySeconds ?? 30,
    checkEveryMs: parts.checkEveryMs ?? everySeconds * 1000,
    silentAfterMs: parts.silentAfterMs ?? Math.max(30_000, everySeconds * 4000),
    idleMs: parts.idleMs ?? 60_000,
    told(next) {
      sight = next
      if ('cards' in next && next.trouble === undefined) history.add(now(), next.cards)
      isFirst()
      lookAgain()
    },
    now,
    random: parts.random ?? Math.random,
  })

  const watching = watcher<Gpus>({
    source: 'the NVIDIA GPUs',
    async look() {
      await first
      if (sight === undefined || 'error' in sight) {
        throw sight?.error ?? new Error('nvidia-smi has told nothing yet.')
      }
      return { ...sight, history: history.read() }
    },
    hints(again) {
      lookAgain = again
      asking.start()
      return () => {
        lookAgain = () => {}
      }
    },
    settleMs: 20,
    everyMs: 60_000,
    now,
  })

  return {
    ...watching,
    async stop() {
      await Promise.all([watching.stop(), asking.stop()])
    },
  }
}
