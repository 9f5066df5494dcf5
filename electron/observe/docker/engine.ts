import type { Engine } from '../../../shared/domain/engine.ts'
import type { EngineClient } from '../../adapters/docker/engine-client.ts'
import { type Watcher, watcher } from '../watcher.ts'
import type { EventStream } from './event-stream.ts'

/** Keeps in view whether an engine answers, and who it is. */
export function engineWatcher(parts: {
  endpoint: string
  client: () => Promise<EngineClient>
  stream: EventStream
  everyMs: number
  now: () => number
}): Watcher<Engine> {
  const { stream } = parts
  return watcher({
    source: `the engine at ${parts.endpoint}`,
    async look(signal) {
      try {
        return await (await parts.client()).look(signal)
      } catch (error) {
        // A connection can be gone without a word: then the stream is as dead as this look.
        if (!signal.aborted) stream.restart()
        throw error
      }
    },
    hints: (again) => stream.onTurn(again),
    settleMs: 0,
    everyMs: parts.everyMs,
    now: parts.now,
  })
}
