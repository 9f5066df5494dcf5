import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { type Trouble, troubleOf, troubleOfSpawn } from './gpu-trouble.ts'

/** Which nvidia-smi, and in which environment. */
export type NvidiaSmi = { program: string; env: NodeJS.ProcessEnv }

/** An end that we did not ask for. An error says nothing of the cards: we could not even ask. */
export type SmiEnd = { trouble: Trouble } | { error: Error }

/** A running nvidia-smi that is ours. */
export interface SmiChild {
  /** Ends it and waits, though not for ever: a hanging driver holds its callers. `ended` is not called. */
  stop(): Promise<void>
}

type SmiStart = NvidiaSmi & {
  args: readonly string[]
  /** Returns whether it understood; what nobody understood explains the end. */
  line: (text: string) => boolean
  /** Called once, unless it was stopped. With exit code 0 `trouble` is of kind `other`. */
  ended: (end: SmiEnd, code: number | null) => void
}

const mostWords = 4096
const politeMs = 2_000
const unkillableMs = 1_000

export function startSmi(start: SmiStart): SmiChild {
  try {
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe']
    const env = { ...start.env, LC_ALL: 'C' }
    return owned(spawn(start.program, start.args, { env, stdio }), start)
  } catch (error) {
    return stillborn(error as NodeJS.ErrnoException, start)
  }
}

function owned(
  child: ChildProcessByStdio<null, Readable, Readable>,
  { line, ended }: SmiStart,
): SmiChild {
  let stopped = false
  let said = ''
  const { promise: gone, resolve: isGone } = Promise.withResolvers<void>()
  const finish = (end: SmiEnd, code: number | null) => {
    isGone()
    if (stopped) return
    stopped = true
    ended(end, code)
  }
  const keep = (text: string) => {
    if (said.length < mostWords) said += `${text}\n`
  }
  const lines = createInterface({ input: child.stdout })
  lines.on('line', (text) => {
    if (!stopped && !line(text)) keep(text)
  })
  child.stderr.setEncoding('utf8').on('data', keep)
  child.once('error', (error) => finish(endOfSpawn(error), null))
  // 'close', not 'exit': what it said last is read by then.
  child.once('close', (code, signal) =>
    finish({ trouble: troubleOf({ code, signal, said }) }, code),
  )
  return {
    async stop() {
      stopped = true
      lines.close()
      child.kill('SIGTERM')
      const waiting = new AbortController()
      const patience = async () => {
        const options = { signal: waiting.signal, ref: false }
        await delay(politeMs, undefined, options)
        child.kill('SIGKILL')
        await delay(unkillableMs, undefined, options)
        child.unref()
      }
      await Promise.race([gone, patience().catch(() => {})])
      waiting.abort()
    },
  }
}

/** Node 24 tells of a missing or forbidden program later, and throws at once for anything else. */
function stillborn(error: NodeJS.ErrnoException, { ended }: SmiStart): SmiChild {
  let stopped = false
  setImmediate(() => {
    if (!stopped) ended(endOfSpawn(error), null)
  })
  return {
    async stop() {
      stopped = true
    },
  }
}

function endOfSpawn(error: NodeJS.ErrnoException): SmiEnd {
  const trouble = troubleOfSpawn(error)
  return trouble ? { trouble } : { error: cannotStart(error) }
}

function cannotStart(error: NodeJS.ErrnoException): Error {
  const problem = new Error(`nvidia-smi cannot be started: ${error.message}.`, { cause: error })
  return Object.assign(problem, { code: error.code })
}
