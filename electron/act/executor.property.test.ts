import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { OperationView } from '../../shared/ipc/contract.ts'
import type { Plan, Step } from '../../shared/plan/plan.ts'
import { execute, planHash } from './executor.ts'
import { type OpenJournal, openJournal } from './journal.ts'
import { openOperations, settle } from './open-operations.ts'
import type { Op, Ops } from './ops.ts'

// Random plans × crash points. The world is a list of values, each step makes one of them new
// in two halves; a crash is a moment from which on nothing can be done any more.

type Value = 'old' | 'half' | 'new'

/** A machine that dies after so many things were done, and can be started again. */
function aMachine(values: number, diesAfter: number) {
  const world: Value[] = Array(values).fill('old')
  const kept = new Map<number, Value>()
  let left = diesAfter
  const live = () => {
    if (left <= 0) throw new Error('The machine is dead.')
    left -= 1
  }
  const at = (step: Step) => (step.kind === 'KeepCopy' ? Number(step.file) : -1)
  const set = (index: number, value: Value) => {
    live()
    world[index] = value
  }
  const op: Op<Step> = {
    async precondition(step) {
      live()
      if (world[at(step)] !== 'old') throw new Error('The world has changed.')
    },
    async run(step) {
      live()
      if (!kept.has(at(step))) kept.set(at(step), world[at(step)] ?? 'old')
      set(at(step), 'half')
      set(at(step), 'new')
    },
    async verify(step) {
      live()
      if (world[at(step)] !== 'new') throw new Error('It is not new.')
    },
    async rollback(step) {
      live()
      const before = kept.get(at(step))
      if (before === undefined) return
      if (world[at(step)] === before) return
      set(at(step), before)
    },
  }
  const journal: OpenJournal = async (path) => {
    live()
    const real = await openJournal(path)
    return {
      async write(record) {
        live()
        await real.write(record)
      },
      close: () => real.close(),
    }
  }
  return {
    world,
    kept,
    journal,
    ops: new Proxy({} as Ops, { get: () => op }),
    startAgain(diesAfterThen: number) {
      left = diesAfterThen
    },
  }
}

const planOf = (steps: number, whenStopped: 'ask' | 'roll-back'): Plan => ({
  intent: { kind: 'switch-back' },
  stack: 'odin',
  steps: Array.from({ length: steps }, (_, index) => ({
    kind: 'KeepCopy' as const,
    file: String(index),
    cause: 'test',
  })),
  warnings: [],
  whenStopped,
})

test('whatever moment a machine dies at: after going on all is new, after rolling back all is old', async () => {
  const root = await mkdtemp(join(tmpdir(), 'crashes-'))
  let run = 0
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 0, max: 40 }),
        fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 3 }),
        fc.constantFrom('continue' as const, 'roll-back' as const),
        async (steps, diesAfter, diesAgainAfter, direction) => {
          run += 1
          const stateDirectory = join(root, String(run))
          const machine = aMachine(steps, diesAfter)
          const plan = planOf(steps, 'ask')
          const parts = { ops: machine.ops, stateDirectory, onProgress: () => {} }
          const signal = new AbortController().signal
          const order = { plan, hash: planHash(plan), title: 'A test' }
          let ended: OperationView | undefined
          try {
            ended = await execute(order, { ...parts, signal, openJournal: machine.journal })
          } catch {
            expect(new Set(machine.world)).toEqual(new Set(['old']))
          }
          for (const after of [...diesAgainAfter, Number.POSITIVE_INFINITY]) {
            machine.startAgain(after)
            const [open] = await openOperations(stateDirectory)
            if (open === undefined) break
            ended = await settle(open, open.allDone ? 'accept' : direction, {
              ...parts,
              openJournal: machine.journal,
            }).catch(() => undefined)
          }
          expect(await openOperations(stateDirectory)).toEqual([])
          // Nothing is in between, and no copy from before was lost on the way.
          expect(new Set(machine.world).size).toBe(1)
          for (const value of machine.kept.values()) expect(value).toBe('old')
          if (ended?.outcome === 'done') expect(machine.world).not.toContain('old')
          if (ended?.outcome === 'rolled-back') expect(machine.world).not.toContain('new')
          if (direction === 'roll-back' && ended?.outcome !== 'done') {
            expect(machine.world).not.toContain('new')
          }
        },
      ),
      { numRuns: 150 },
    )
  } finally {
    await rm(root, { recursive: true, force: true })
  }
})
