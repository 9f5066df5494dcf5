import { PassThrough, type Readable } from 'node:stream'
import { execute, planHash } from '../../electron/act/executor.ts'
import { openOperations, settle } from '../../electron/act/open-operations.ts'
import { holdContainersOp } from '../../electron/act/ops/hold-containers.ts'
import { mergeSamplesOp } from '../../electron/act/ops/samples/merge-samples.ts'
import { saveSamplesOp } from '../../electron/act/ops/samples/save-samples.ts'
import type { Ops } from '../../electron/act/ops.ts'
import { connectHands } from '../../electron/adapters/docker/hands/connect-hands.ts'
import type { EngineHands } from '../../electron/adapters/docker/hands/engine-hands.ts'
import type { Plan } from '../../shared/plan/plan.ts'

// Carries samples in a process of its own, which may be told to kill itself at what it does to an
// engine. What it did is printed, a line each; the outcome comes last.

export type CarryOrder = {
  stateDirectory: string
  plan: Plan
  what: 'begin' | 'continue' | 'roll-back'
  /** As it was printed; `after` it was done, or in the `middle` of an archive that is written. */
  killAt?: { deed: string; when: 'before' | 'middle' | 'after' }
}

const order = JSON.parse(process.argv[2] ?? '') as CarryOrder
const die = () => process.kill(process.pid, 'SIGKILL')
const seen = new Map<string, number>()

const deeds = [
  ...['stop', 'start', 'createHelper', 'startHelper', 'runHelper'],
  ...['removeHelper', 'readArchive', 'writeArchive'],
]

/** What only looks is none. */
function deedOf(name: string, args: readonly unknown[]): string | undefined {
  if (name !== 'exec') return deeds.includes(name) ? name : undefined
  const command = String(args[1])
  if (command.startsWith('rm,')) return 'rm'
  return command.includes('--post-data') ? 'snapshot' : undefined
}

function watched(hands: EngineHands): EngineHands {
  return new Proxy(hands, {
    get(target, name: keyof EngineHands & string) {
      const method = target[name] as unknown
      if (typeof method !== 'function') return method
      return async (...args: unknown[]) => {
        const kind = deedOf(name, args)
        if (kind === undefined) return Reflect.apply(method, target, args)
        const count = (seen.get(kind) ?? 0) + 1
        seen.set(kind, count)
        const deed = `${kind} ${count}`
        process.stdout.write(`${deed}\n`)
        const { when } = order.killAt?.deed === deed ? order.killAt : { when: undefined }
        if (when === 'before') die()
        if (when === 'middle') args[2] = halfOf(args[2] as Readable)
        const result = await Reflect.apply(method, target, args)
        if (when === 'after') die()
        return result
      }
    },
  })
}

/** Everything but its end comes through, and then nothing ever again. */
function halfOf(tar: Readable): Readable {
  const through = new PassThrough()
  tar.once('data', function first(chunk: Buffer) {
    through.write(chunk.subarray(0, Math.floor(chunk.length / 2)), () => setTimeout(die, 300))
    tar.destroy()
  })
  return through
}

const open = async (endpoint: string) =>
  watched(connectHands({ kind: 'unix', endpoint, path: endpoint.slice('unix://'.length) }))
const ops = {
  HoldContainers: holdContainersOp(open),
  SaveSamples: saveSamplesOp(open),
  MergeSamples: mergeSamplesOp(open),
} as unknown as Ops

const { stateDirectory, plan, what } = order
const parts = { ops, stateDirectory, onProgress() {}, signal: new AbortController().signal }
const begin = () => execute({ plan, hash: planHash(plan), title: 'Carry' }, parts)
async function goOn(direction: 'continue' | 'roll-back') {
  const [found] = await openOperations(stateDirectory)
  if (!found) throw new Error('There is no open operation.')
  return settle(found, direction, parts)
}
const view = what === 'begin' ? await begin() : await goOn(what)
process.stdout.write(`${JSON.stringify(view)}\n`)
