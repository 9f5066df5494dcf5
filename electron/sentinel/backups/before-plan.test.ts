import { expect, test } from 'vitest'
import type { Plan } from '../../../shared/plan/plan.ts'
import { usualBackup } from '../../../shared/stack/stack-schema.ts'
import { aStack } from '../../../test/support/a-world.ts'
import type { BackupOrder, BackupOutcome, RunOrder } from '../../backup/order.ts'
import { isKeptBefore, keepBeforePlan } from './before-plan.ts'

const plan: Plan = {
  intent: { kind: 'switch-back' },
  stack: 'odin',
  steps: [
    {
      kind: 'SelectContext',
      configDirectory: '/home/ada/.docker',
      from: 'default',
      to: 'desktop-linux',
      cause: 'the stack is at home there',
    },
  ],
  warnings: [],
}
const stack = aStack({ backup: usualBackup })
const kept = { stack, stackFile: '/home/ada/stack.yaml' }
const done: BackupOutcome = { outcome: 'done', sentence: 'Kept.', problems: [], milliseconds: 1 }

test('asks for the configuration and the machine alone, by the name of the plan', async () => {
  const orders: BackupOrder[] = []
  const carryOut: RunOrder = async (order) => {
    orders.push(order)
    return done
  }
  expect(await keepBeforePlan(plan, { ...kept, carryOut })).toBeUndefined()
  expect(orders).toMatchObject([
    {
      kind: 'backup',
      reason: 'before-plan',
      only: ['configuration', 'machine'],
      note: 'Switch back to desktop-linux',
      stackFile: '/home/ada/stack.yaml',
    },
  ])
})

test('a failure is told and keeps nobody from going on', async () => {
  const failed = { ...done, outcome: 'failed', sentence: 'The disk is full.' } as const
  expect(await keepBeforePlan(plan, { ...kept, carryOut: async () => failed })).toBe(
    'The configuration could not be kept in a snapshot first: The disk is full.',
  )
  const carryOut = () => Promise.reject(new Error('There is no such program.'))
  expect(await keepBeforePlan(plan, { ...kept, carryOut })).toContain('There is no such program.')
})

test('nobody waits for long, and what is late is cancelled', async () => {
  let cancelled = false
  const carryOut: RunOrder = (_order, _onProgress, signal) =>
    new Promise(() => {
      signal.addEventListener('abort', () => {
        cancelled = true
      })
    })
  expect(await keepBeforePlan(plan, { ...kept, carryOut, withinMs: 10 })).toBe(
    'The configuration could not be kept in a snapshot first: that took more than 0.01 s.',
  )
  expect(cancelled).toBe(true)
})

test('nothing is kept where nobody wants it, or nothing changes', () => {
  expect(isKeptBefore(stack, plan)).toBe(true)
  expect(isKeptBefore(stack, { steps: [] })).toBe(false)
  expect(isKeptBefore(aStack(), plan)).toBe(false)
  const off = aStack({ backup: { ...usualBackup, beforePlans: false } })
  expect(isKeptBefore(off, plan)).toBe(false)
})
