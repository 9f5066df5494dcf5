import { join } from 'node:path'
import { z } from 'zod'
import { panelStates } from '../../../shared/domain/grafana.ts'
import type { PanelMemory, PanelPast } from '../../observe/programs/panel-past.ts'
import { stateFile } from './state-file.ts'

type PanelMemoryParts = {
  stateDirectory: string
  now: () => number
  /** Told once until it goes well again. */
  onProblem?: (sentence: string) => void
  settleMs?: number
}

const momentSchema = z.strictObject({
  state: z.enum(panelStates),
  since: z.number(),
  lastDataAt: z.number().exactOptional(),
})
const schema = z.record(
  z.string(),
  z.strictObject({ notedAt: z.number(), panels: z.record(z.string(), momentSchema) }),
)
type Kept = z.infer<typeof schema>

/** A Grafana that nobody has asked for so long is forgotten. */
const keepMs = 90 * 86_400_000

/** Since when panels show no data, across restarts: `panels.json`, by the URL of their Grafana. */
export function panelMemory(parts: PanelMemoryParts): PanelMemory & { close(): Promise<void> } {
  const { now } = parts
  const path = join(parts.stateDirectory, 'panels.json')
  const file = stateFile<Kept>(path, schema, {})
  const tell = (sentence: string) => parts.onProblem?.(sentence)
  let loading: Promise<Kept> | undefined
  let kept: Kept = {}
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()
  let failing = false

  async function load(): Promise<Kept> {
    try {
      const { value, setAside } = await file.load(now())
      if (setAside !== undefined) {
        tell(`${path} made no sense and was kept as ${setAside}; when panels had data begins anew.`)
      }
      // What has been noted meanwhile is newer.
      kept = { ...value, ...kept }
    } catch (error) {
      tell(`When panels last had data cannot be read: ${(error as Error).message}`)
    }
    return kept
  }

  async function write(): Promise<void> {
    const recent = Object.entries(kept).filter(([, { notedAt }]) => now() - notedAt < keepMs)
    try {
      await file.save(Object.fromEntries(recent))
      failing = false
    } catch (error) {
      if (!failing) tell(`When panels last had data cannot be kept: ${(error as Error).message}`)
      failing = true
    }
  }

  function flush(): Promise<void> {
    if (timer !== undefined) {
      clearTimeout(timer)
      timer = undefined
      writing = writing.then(write)
    }
    return writing
  }

  return {
    async recall(grafana) {
      loading ??= load()
      return (await loading)[grafana]?.panels ?? {}
    },
    note(grafana, panels: PanelPast) {
      kept = { ...kept, [grafana]: { notedAt: now(), panels: { ...panels } } }
      timer ??= setTimeout(() => void flush(), parts.settleMs ?? 1_000)
    },
    close: flush,
  }
}
