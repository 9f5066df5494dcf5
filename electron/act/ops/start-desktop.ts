import type { Step } from '../../../shared/plan/plan.ts'
import type { Op } from '../ops.ts'

type StartDesktop = Extract<Step, { kind: 'StartDesktop' }>

/** The units of the user's own systemd, as far as a step needs them. */
export type UserUnitStarter = {
  state(unit: string, signal: AbortSignal): Promise<{ exists: boolean; active: string }>
  start(unit: string, signal: AbortSignal): Promise<void>
}

const up = ['active', 'activating', 'reloading']

export function startDesktopOp(units: UserUnitStarter): Op<StartDesktop> {
  return {
    async precondition({ unit }, { signal }) {
      const { exists } = await units.state(unit, signal)
      if (!exists) throw new Error(`There is no ${unit} for this user, so it cannot be started.`)
    },
    async run({ unit }, { signal }) {
      const { active } = await units.state(unit, signal)
      if (!up.includes(active)) await units.start(unit, signal)
    },
    async verify({ unit }, { signal }) {
      const { active } = await units.state(unit, signal)
      if (!up.includes(active)) throw new Error(`${unit} is ${active}, expected active.`)
    },
    /** It stays up: containers may have come up with it, and stopping it would take them down. */
    async rollback() {},
  }
}
