import type { Step } from '../../../shared/plan/plan.ts'
import type { Op } from '../ops.ts'
import { readNote, writeNote } from '../step-note.ts'

type StopUnit = Extract<Step, { kind: 'StopUnit' }>

/** The units of one systemd, as far as a step needs them. */
export type UnitControl = {
  state(
    unit: string,
    signal: AbortSignal,
  ): Promise<{ exists: boolean; active: string; enablement: string }>
  stop(unit: string, signal: AbortSignal): Promise<void>
  start(unit: string, signal: AbortSignal): Promise<void>
  disable(unit: string, signal: AbortSignal): Promise<void>
  enable(unit: string, signal: AbortSignal): Promise<void>
}

const isUp = (active: string) => ['active', 'activating', 'reloading'].includes(active)

export function stopUnitOp(unitsOf: (scope: StopUnit['scope']) => UnitControl): Op<StopUnit> {
  const noteOf = ({ unit, scope }: StopUnit) => `${scope}-unit-${unit}`
  return {
    async precondition({ unit, scope }, { signal }) {
      const { exists } = await unitsOf(scope).state(unit, signal)
      if (!exists) throw new Error(`There is no ${unit} any more: the world has changed.`)
    },
    async run(step, site) {
      const { unit, disable, scope } = step
      const units = unitsOf(scope)
      const { active, enablement } = await units.state(unit, site.signal)
      await writeNote(site, noteOf(step), { active: isUp(active), enabled: enablement })
      if (disable && enablement === 'enabled') await units.disable(unit, site.signal)
      if (isUp(active)) await units.stop(unit, site.signal)
    },
    async verify({ unit, disable, scope }, { signal }) {
      const { active, enablement } = await unitsOf(scope).state(unit, signal)
      if (isUp(active)) throw new Error(`${unit} is ${active}, expected inactive.`)
      if (disable && enablement === 'enabled') {
        throw new Error(`${unit} is still enabled, expected disabled.`)
      }
    },
    async rollback(step, site) {
      const before = await readNote(site, noteOf(step))
      if (!before) return
      const units = unitsOf(step.scope)
      const { active, enablement } = await units.state(step.unit, site.signal)
      if (before['enabled'] === 'enabled' && enablement !== 'enabled') {
        await units.enable(step.unit, site.signal)
      }
      if (before['active'] === true && !isUp(active)) await units.start(step.unit, site.signal)
    },
  }
}
