import { execute, planHash } from '../../../electron/act/executor.ts'
import { opsFor } from '../../../electron/act/ops/all-ops.ts'
import type { Ops } from '../../../electron/act/ops.ts'
import { readConfigFile } from '../../../electron/adapters/docker/config-file.ts'
import { selectContext } from '../../../electron/adapters/docker/select-context.ts'
import type { Plan } from '../../../shared/plan/plan.ts'
import { acceptHome } from '../../../shared/stack/accept-home.ts'
import { parseStackFile } from '../../../shared/stack/stack-file.ts'
import { type Death, killingJournal } from './killing-journal.ts'

// A process of its own that carries out a switch back, and kills itself at one moment.

export type ChildOrder = Death & {
  stateDirectory: string
  plan: Plan
}

const unexpected = () => Promise.reject(new Error('No step of a switch back asks for this.'))

const notPartOfASwitchBack = {
  openHands: unexpected,
  composeUp: unexpected,
  composeRunning: unexpected,
  contentOf: unexpected,
  stackProblems: unexpected,
  openRepository: unexpected,
  takeSnapshot: unexpected,
  askPrometheus: unexpected,
  workOnData: unexpected,
  openDashboards: unexpected,
  openElsewhere: unexpected,
  unitsOf: () => ({
    ...{ state: unexpected, start: unexpected, stop: unexpected },
    ...{ enable: unexpected, disable: unexpected },
  }),
}

export function realOps(engineId: string): Ops {
  return opsFor({
    selectContext,
    configuredContext: async (directory) =>
      (await readConfigFile(directory)).currentContext ?? 'default',
    homeIn(text) {
      const parsed = parseStackFile(text)
      if (parsed.ok) return parsed.value.home
      throw new Error('The stack file is not valid.')
    },
    acceptHome,
    engineIdAt: async () => engineId,
    userUnits: {
      state: async () => ({ exists: false, active: 'inactive' }),
      start: async () => {},
    },
    ...notPartOfASwitchBack,
  })
}

if (import.meta.main) {
  const order: ChildOrder = JSON.parse(process.argv[2] ?? '')
  const { plan, stateDirectory } = order
  const verify = plan.steps.find((step) => step.kind === 'VerifyEngine')
  const view = await execute(
    { plan, hash: planHash(plan), title: 'Switch back to desktop-linux' },
    {
      ops: realOps(verify?.engineId ?? ''),
      stateDirectory,
      onProgress() {},
      signal: new AbortController().signal,
      openJournal: killingJournal(order),
    },
  )
  console.log(view.outcome)
}
