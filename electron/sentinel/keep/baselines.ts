import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import type { Baseline } from '../../../shared/domain/monitoring.ts'
import { stateFile } from './state-file.ts'

const hashes = z.record(z.string(), z.string())

const baselineSchema: z.ZodType<Baseline> = z.strictObject({
  acceptedAt: z.number(),
  files: hashes,
  images: hashes,
  configHashes: hashes,
  jobs: z.array(z.string()),
  panels: z.array(z.string()).exactOptional(),
  contents: hashes.exactOptional(),
  modes: z.record(z.string(), z.int().min(0).max(0o7777)).exactOptional(),
})

const remembered = z.strictObject({ stack: z.string(), baseline: baselineSchema.nullable() })

/** What the user accepted as right beyond the stack files, one for each stack. */
export interface Baselines {
  /** Undefined until something has been accepted, or before it has been read. */
  of(stack: string): Baseline | undefined
  /**
   * Nothing was accepted, as far as the disk can be read; from then on `of` knows what was. A
   * file that makes no sense is kept aside, and told.
   */
  lacks(stack: string): Promise<boolean>
  /** As `of`, after looking whether another process has accepted something newer. */
  newest(stack: string): Promise<Baseline | undefined>
  accept(stack: string, baseline: Baseline): Promise<void>
}

type BaselinesParts = {
  stateDirectory: string
  now: () => number
  onSetAside: (path: string) => void
}

export function baselines(parts: BaselinesParts): Baselines {
  const accepted = new Map<string, Baseline>()

  /** Names of stacks differ by more than what file names may hold. */
  function fileOf(stack: string) {
    const name = createHash('sha256').update(stack).digest('hex').slice(0, 16)
    const path = join(parts.stateDirectory, 'baselines', `${name}.json`)
    return stateFile(path, remembered, { stack, baseline: null })
  }

  const read = new Map<string, Promise<void>>()

  async function readOnce(stack: string): Promise<void> {
    const { value, setAside } = await fileOf(stack).load(parts.now())
    if (setAside !== undefined) parts.onSetAside(setAside)
    if (value.baseline && !accepted.has(stack)) accepted.set(stack, value.baseline)
  }

  function load(stack: string): Promise<void> {
    const reading = read.get(stack) ?? readOnce(stack)
    read.set(stack, reading)
    return reading
  }

  return {
    of: (stack) => accepted.get(stack),
    async lacks(stack) {
      try {
        await load(stack)
      } catch {
        return false
      }
      return !accepted.has(stack)
    },
    async newest(stack) {
      const { baseline } = (await fileOf(stack).load(parts.now())).value
      if (baseline && baseline.acceptedAt > (accepted.get(stack)?.acceptedAt ?? 0)) {
        accepted.set(stack, baseline)
      }
      return accepted.get(stack)
    },
    async accept(stack, baseline) {
      accepted.set(stack, baseline)
      await fileOf(stack).save({ stack, baseline })
    },
  }
}
