import { expect } from 'vitest'
import { renderPlan } from '../../../shared/plan/plan.ts'
import type { RunChild } from './killable-child.ts'
import type { Killing } from './killed-everywhere.ts'
import { restoreDoors, restoreOps } from './restore-child.ts'
import type { RestoreWorld } from './restore-world.ts'

/** Restores in worlds that are alike; the next case is taken by whichever is free. */
export function killingOf(
  runChild: RunChild,
  worlds: readonly RestoreWorld[],
): Killing<RestoreWorld> {
  const free = [...worlds]
  return {
    runChild,
    async inWorld(work) {
      const world = free.pop()
      if (!world) throw new Error('All worlds are out.')
      try {
        await world.reset()
        await work(world)
      } finally {
        free.push(world)
      }
    },
    opsOf: ({ place }) => restoreOps(place),
    sweep: (world) => world.sweep(),
    async expectSettled({ place, plan }, direction) {
      const { sound, broken } = await (await restoreDoors(place).open()).snapshots()
      expect(broken).toEqual([])
      if (direction === 'roll-back') return
      const kept = sound.filter(({ manifest }) => manifest.reason === 'before-restore')
      expect(kept.map(({ marks }) => marks.pinned)).toEqual(
        expect.arrayContaining(
          plan.steps.flatMap((step) => (step.kind === 'TakeSnapshot' ? [step.pin] : [])),
        ),
      )
    },
  }
}

/** Its plan without what is another in each run. */
export function planInWords({ plan, place }: RestoreWorld): string {
  const ids = plan.steps.flatMap((step) => ('snapshot' in step ? [step.snapshot] : []))
  const id = ids[0]?.slice(-8).toLowerCase() ?? ''
  return renderPlan(plan).replaceAll(`${place.root}/`, '').replaceAll(id, 'ID')
}
