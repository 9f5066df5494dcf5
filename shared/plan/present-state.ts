import type { Step } from './plan.ts'

/**
 * Documents the present state of all engines, units and ports, and the configuration, before a
 * recovery changes them.
 */
export const presentState = (stack: string): Step => ({
  kind: 'TakeSnapshot',
  stack,
  reason: 'before-plan',
  note: `before recovering ${stack}`,
  pin: `the state before ${stack} was recovered`,
  only: ['configuration', 'machine'],
  places: [],
  cause: 'it shows afterwards what was wrong, and can be gone back to',
})
