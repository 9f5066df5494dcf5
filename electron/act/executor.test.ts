import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { OperationView } from '../../shared/ipc/contract.ts'
import type { Plan, Step } from '../../shared/plan/plan.ts'
import { execute, planHash } from './executor.ts'
import { type OpenJournal, openJournal, readJournal } from './journal.ts'
import { takeTurn } from './one-at-a-time.ts'
import { openOperations, settle } from './open-operations.ts'
import type { Op, Ops } from './ops.ts'

let stateDirectory: string
let told: string[]

beforeEach(async () => {
  stateDirectory = await mkdtemp(join(tmpdir(), 'executor-'))
  told = []
})
afterEach(() => rm(stateDirectory, { recursive: true, force: true }))

/** Steps write their name into the list, so that a test reads what was done, in order. */
const step = (file: string): Step => ({ kind: 'KeepCopy', file, cause: 'test' })
const aPlan = (...files: string[]): Plan => ({
  intent: { kind: 'switch-back' },
  stack: 'odin',
  steps: files.map(step),
  warnings: [],
})

type Fault = 'precondition' | 'run' | 'verify' | 'rollback'

function opsWith(faults: Readonly<Record<string, Fault[]>> = {}): Ops {
  const part = (phase: Fault) => async (one: Step) => {
    const name = one.kind === 'KeepCopy' ? one.file : one.kind
    told.push(`${phase} ${name}`)
    if (faults[name]?.includes(phase)) throw new Error(`${phase} of ${name} went wrong.`)
  }
  const op: Op<Step> = {
    precondition: part('precondition'),
    run: part('run'),
    verify: part('verify'),
    rollback: part('rollback'),
  }
  // Whatever kinds of steps there are: it is told by its own name what is done to each.
  return new Proxy({} as Ops, { get: () => op })
}

function carryOut(
  plan: Plan,
  ops: Ops,
  options: {
    signal?: AbortSignal
    openJournal?: OpenJournal
    onProgress?: (view: OperationView) => void
  } = {},
) {
  return execute(
    { plan, hash: planHash(plan), title: 'A test' },
    { ops, stateDirectory, onProgress: () => {}, signal: new AbortController().signal, ...options },
  )
}

const states = (view: OperationView) => view.steps.map(({ state }) => state)

async function journalOf(id: string): Promise<string[]> {
  const { records } = await readJournal(join(stateDirectory, 'operations', id, 'journal.jsonl'))
  return records.map((record) =>
    record.type === 'end' ? `end ${record.outcome}` : `${record.type} ${record.step}`,
  )
}

test('does every step in order and journals before and after each', async () => {
  const view = await carryOut(aPlan('a', 'b'), opsWith())
  expect(view.outcome).toBe('done')
  expect(states(view)).toEqual(['done', 'done'])
  expect(told).toEqual([
    'precondition a',
    'run a',
    'verify a',
    'precondition b',
    'run b',
    'verify b',
  ])
  expect(await journalOf(view.id)).toEqual(['intent 0', 'done 0', 'intent 1', 'done 1', 'end done'])
  expect(await openOperations(stateDirectory)).toEqual([])
})

test('a failure skips what is later and undoes what was touched, newest first', async () => {
  const view = await carryOut(aPlan('a', 'b', 'c'), opsWith({ b: ['verify'] }))
  expect(view.outcome).toBe('rolled-back')
  expect(states(view)).toEqual(['rolled-back', 'failed', 'skipped'])
  expect(told.slice(-2)).toEqual(['rollback b', 'rollback a'])
  expect(view.sentence).toBe(
    'Step 2 of 3 failed: verify of b went wrong. What had been done was rolled back.',
  )
})

test('a step whose precondition failed is not undone', async () => {
  const view = await carryOut(aPlan('a', 'b'), opsWith({ b: ['precondition'] }))
  expect(told.filter((word) => word.startsWith('rollback'))).toEqual(['rollback a'])
  expect(await journalOf(view.id)).not.toContain('intent 1')
})

test('a rollback that fails stops there and says what to mend, and where the copies are', async () => {
  const faults = { b: ['rollback' as const], c: ['run' as const] }
  const view = await carryOut(aPlan('a', 'b', 'c'), opsWith(faults))
  expect(view.outcome).toBe('needs-attention')
  expect(told).not.toContain('rollback a')
  expect(view.sentence).toContain('Step 2 (keep a copy of b) could not be rolled back')
  expect(view.sentence).toContain('Not rolled back either: 1. keep a copy of a.')
  expect(view.sentence).toContain(join(stateDirectory, 'operations', view.id, 'keep'))
  expect(await openOperations(stateDirectory)).toEqual([])
})

test('cancelling lets the running step end and then rolls back', async () => {
  const cancel = new AbortController()
  const ops = opsWith()
  const run = ops.KeepCopy.run
  ops.KeepCopy.run = async (one, site) => {
    await run(one, site)
    if (one.file === 'b') cancel.abort()
  }
  const view = await carryOut(aPlan('a', 'b', 'c'), ops, { signal: cancel.signal })
  expect(view.outcome).toBe('cancelled')
  expect(states(view)).toEqual(['rolled-back', 'rolled-back', 'skipped'])
  expect(told).toContain('verify b')
  expect(told).not.toContain('precondition c')
})

test('rolls back under a signal that is not aborted', async () => {
  const cancel = new AbortController()
  const ops = opsWith()
  const seen: boolean[] = []
  ops.KeepCopy.run = async () => cancel.abort()
  ops.KeepCopy.rollback = async (_step, site) => void seen.push(site.signal.aborted)
  await carryOut(aPlan('a'), ops, { signal: cancel.signal })
  expect(seen).toEqual([false])
})

test('tells progress step by step', async () => {
  const seen: string[] = []
  await carryOut(aPlan('a', 'b'), opsWith(), { onProgress: (view) => seen.push(`${states(view)}`) })
  expect(seen).toEqual([
    'running,waiting',
    'done,waiting',
    'done,running',
    'done,done',
    'done,done',
  ])
})

test('refuses another plan than the one that was approved', async () => {
  const order = { plan: aPlan('a'), hash: planHash(aPlan('b')), title: 'A test' }
  const parts = { ops: opsWith(), stateDirectory, onProgress() {}, signal: AbortSignal.any([]) }
  await expect(execute(order, parts)).rejects.toThrow(/not the one that was approved/)
  expect(told).toEqual([])
})

test('the hash does not depend on the order of keys, and does on every value', () => {
  const [one] = aPlan('a').steps
  const reordered = Object.fromEntries(Object.entries(one ?? {}).reverse()) as Step
  expect(planHash({ ...aPlan(), steps: [reordered] })).toBe(planHash(aPlan('a')))
  expect(planHash(aPlan('b'))).not.toBe(planHash(aPlan('a')))
})

test('an empty plan is done and leaves nothing behind', async () => {
  const view = await carryOut(aPlan(), opsWith())
  expect(view).toMatchObject({ outcome: 'done', sentence: 'There was nothing to do.' })
  expect(await readdir(stateDirectory)).toEqual([])
})

test('one operation at a time', async () => {
  const turn = await takeTurn(stateDirectory, 'another')
  await expect(carryOut(aPlan('a'), opsWith())).rejects.toThrow(/Another plan is being carried out/)
  await turn.over()
  expect((await carryOut(aPlan('a'), opsWith())).outcome).toBe('done')
})

/** A disk that is full from the nth record on. */
const fullFrom =
  (nth: number): OpenJournal =>
  async (path) => {
    const journal = await openJournal(path)
    let count = 0
    return {
      close: journal.close,
      async write(record) {
        count += 1
        if (count >= nth) throw Object.assign(new Error('No space left.'), { code: 'ENOSPC' })
        await journal.write(record)
      },
    }
  }

test('a step is not run when its intent cannot be journaled', async () => {
  const view = await carryOut(aPlan('a'), opsWith(), { openJournal: fullFrom(1) })
  expect(view.outcome).toBe('rolled-back')
  expect(told).toEqual(['precondition a'])
})

test('a full disk rolls back, says so, and the next start looks at it again', async () => {
  const view = await carryOut(aPlan('a', 'b'), opsWith(), { openJournal: fullFrom(4) })
  expect(view.outcome).toBe('rolled-back')
  expect(told.slice(-2)).toEqual(['rollback b', 'rollback a'])
  expect(view.sentence).toContain('No space left.')
  const [open] = await openOperations(stateDirectory)
  expect(open?.touched.map(({ index }) => index)).toEqual([0, 1])
  const settled = await settle({ id: view.id }, 'roll-back', {
    ops: opsWith(),
    stateDirectory,
    onProgress() {},
  })
  expect(settled.outcome).toBe('rolled-back')
  expect(await openOperations(stateDirectory)).toEqual([])
})

test('an operation with a damaged journal is not guessed at', async () => {
  const view = await carryOut(aPlan('a', 'b'), opsWith(), { openJournal: fullFrom(4) })
  const path = join(stateDirectory, 'operations', view.id, 'journal.jsonl')
  const lines = (await readFile(path, 'utf8')).split('\n')
  await writeFile(path, ['\u0000\u0000', ...lines].join('\n'))
  const [open] = await openOperations(stateDirectory)
  expect(open?.problem).toBe('The journal of this operation is damaged.')
  const parts = { ops: opsWith(), stateDirectory, onProgress() {} }
  await expect(settle({ id: view.id }, 'roll-back', parts)).rejects.toThrow(/damaged.*keep/)
})

const asking = (...files: string[]): Plan => ({ ...aPlan(...files), whenStopped: 'ask' })
const left = async () => (await openOperations(stateDirectory))[0]

test('a plan that asks is left as it is when a step fails, and goes on from there', async () => {
  const faults: Record<string, Fault[]> = { b: ['run'] }
  const stopped = await carryOut(asking('a', 'b', 'c'), opsWith(faults))
  expect(stopped.outcome).toBe('stopped')
  expect(states(stopped)).toEqual(['done', 'failed', 'waiting'])
  expect(told.filter((word) => word.startsWith('rollback'))).toEqual([])

  told = []
  const open = await left()
  if (!open) throw new Error('There should be an operation to go on with.')
  const parts = { ops: opsWith({ b: [] }), stateDirectory, onProgress: () => {} }
  const view = await settle(open, 'continue', parts)
  expect(view.outcome).toBe('done')
  // It may have come to its end before it failed: looked at first, and here it had.
  expect(told).toEqual(['verify b', 'precondition c', 'run c', 'verify c'])
  expect(await left()).toBeUndefined()
})

test('a step of which nobody knows how far it came is done again unless it is done', async () => {
  const faults: Record<string, Fault[]> = { b: ['run', 'verify'] }
  await carryOut(asking('a', 'b'), opsWith(faults))
  told = []
  const again = opsWith({ b: ['verify'] })
  const open = await left()
  const view = await settle(open ?? { id: '' }, 'continue', {
    ...{ ops: again, stateDirectory, onProgress: () => {} },
  })
  expect(told).toEqual(['verify b', 'run b', 'verify b'])
  expect(view.outcome).toBe('stopped')
  const rolled = await settle(open ?? { id: '' }, 'roll-back', {
    ...{ ops: opsWith(), stateDirectory, onProgress: () => {} },
  })
  expect(rolled.outcome).toBe('rolled-back')
  expect(told.slice(-2)).toEqual(['rollback b', 'rollback a'])
})

test('what was rolled back cannot be gone on with', async () => {
  const stopped = await carryOut(asking('a', 'b'), opsWith({ b: ['run'] }))
  await settle(stopped, 'roll-back', {
    ...{ ops: opsWith({ a: ['rollback'] }), stateDirectory, onProgress: () => {} },
  })
  await expect(
    settle(stopped, 'continue', { ops: opsWith(), stateDirectory, onProgress: () => {} }),
  ).rejects.toThrow('has already ended')
})
