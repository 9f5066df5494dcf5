import { describeStep, type Plan, type Step } from './plan.ts'
import { panelLines } from './steps/dashboard-steps.ts'
import { heldLines } from './steps/stack-steps.ts'
import { topicOf } from './topic.ts'

/** A file that a step puts back, and where what it will hold comes from. */
export type FaceOfFile = {
  file: string
  from: 'accepted' | 'commit' | 'snapshot'
  snapshot?: string
  commit?: string
}

const sources = { baseline: 'accepted', git: 'commit', snapshot: 'snapshot' } as const

const filesOf = (step: Step): FaceOfFile[] =>
  step.kind === 'PutBackFiles'
    ? step.files.map(({ file, source }) => ({
        file,
        from: sources[source.from],
        ...(source.from === 'snapshot' && { snapshot: source.snapshot }),
        ...(source.from === 'git' && { commit: source.commit }),
      }))
    : []

/** How many things a plan stops, starts and restarts. */
export type Touch = {
  unitsStopped: number
  containersStopped: number
  /** Of home, while their data is put back. */
  servicesStopped: number
  servicesStarted: number
  servicesRestarted: number
}

export function touchOf({ steps }: Pick<Plan, 'steps'>): Touch {
  const some = <K extends Step['kind']>(kind: K) =>
    steps.filter((step): step is Extract<Step, { kind: K }> => step.kind === kind)
  const sum = (counts: readonly number[]) => counts.reduce((all, one) => all + one, 0)
  return {
    unitsStopped: some('StopUnit').length,
    containersStopped: sum(some('HoldContainers').map(({ containers }) => containers.length)),
    servicesStopped: sum(some('StopServices').map(({ services }) => services.length)),
    servicesStarted: sum([
      ...some('BringUp').map(({ down }) => down.length),
      ...some('StartServices').map(({ services }) => services.length),
    ]),
    servicesRestarted: sum(some('PutBackFiles').map(({ restarts }) => restarts.length)),
  }
}

/** A plan that stops more than this many things is not begun by one press. */
const stopsByOnePress = 3
/** What writes over data whole, or takes something away, is not begun by one press either. */
const neverByOnePress: readonly Step['kind'][] = ['RestoreVolume', 'RemoveFiles', 'RemoveDashboard']

/** What somebody has to type before it is carried out; undefined where one press is enough. */
export function confirmWordOf(
  plan: Pick<Plan, 'steps' | 'stack'> & { confirmWith?: string },
): string | undefined {
  const { unitsStopped, containersStopped, servicesStopped, servicesRestarted } = touchOf(plan)
  const stops = unitsStopped + containersStopped + servicesStopped + servicesRestarted
  const isGrave = plan.steps.some(({ kind }) => neverByOnePress.includes(kind))
  return plan.confirmWith ?? (isGrave || stops > stopsByOnePress ? plan.stack : undefined)
}

function linesOf(step: Step): string[] {
  if (step.kind === 'HoldContainers') return heldLines(step.containers)
  return step.kind === 'RestoreDashboard' ? panelLines(step.panels) : []
}

/** A step as it is shown before anything is done. */
export const faceOfStep = (step: Step) => ({
  kind: step.kind,
  what: describeStep(step),
  cause: step.cause,
  about: topicOf(step.kind),
  ...(filesOf(step).length > 0 && { files: filesOf(step) }),
  ...(linesOf(step).length > 0 && { lines: linesOf(step) }),
})
