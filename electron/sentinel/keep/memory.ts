import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { z } from 'zod'
import { emptyHistory, type History } from '../../../shared/domain/history.ts'
import { stateFile } from './state-file.ts'

/** What was seen before, across restarts: without it nothing that happened meanwhile is told. */
export interface Memory {
  load(): Promise<History>
  /** Cheap to call after every look: what has happened is on disk soon after. */
  save(history: History): void
  /** Writes what is not on disk yet. */
  close(): Promise<void>
}

type MemoryParts = {
  stateDirectory: string
  schema: z.ZodType<History>
  now: () => number
  /** Told once until it goes well again; the guard goes on with what it knows. */
  onProblem?: (sentence: string) => void
  /** At most one write in this time. */
  settleMs?: number
}

/** A crash may forget for so long that we were there; never anything that happened. */
const restMs = 300_000

export function openMemory(parts: MemoryParts): Memory {
  const path = join(parts.stateDirectory, 'history.json')
  const file = stateFile(path, parts.schema, emptyHistory)
  const tell = (sentence: string) => parts.onProblem?.(sentence)
  let unsaved: History | undefined
  let onDisk: History | undefined
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()
  let failing = false

  async function write(): Promise<void> {
    const history = unsaved
    if (history === undefined) return
    unsaved = undefined
    try {
      await file.save(history)
      onDisk = history
      failing = false
    } catch (error) {
      unsaved ??= history
      if (!failing) tell(`What was seen cannot be remembered: ${(error as Error).message}`)
      failing = true
    }
  }

  function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    writing = writing.then(write)
    return writing
  }

  function isWorthWriting(history: History): boolean {
    if (onDisk === undefined) return true
    const restedMs = history.seenAt - onDisk.seenAt
    const before = { ...onDisk, seenAt: history.seenAt }
    return restedMs < 0 || restedMs >= restMs || !isDeepStrictEqual(before, history)
  }

  return {
    async load() {
      try {
        const { value, setAside } = await file.load(parts.now())
        if (setAside !== undefined) {
          tell(`${path} made no sense and was kept as ${setAside}; memory begins anew.`)
        }
        return value
      } catch (error) {
        tell(`${path} cannot be read, so memory begins anew: ${(error as Error).message}`)
        return emptyHistory
      }
    },
    save(history) {
      unsaved = history
      if (!isWorthWriting(history)) return
      timer ??= setTimeout(() => void flush(), parts.settleMs ?? 1_000)
    },
    close: flush,
  }
}
