import type { OpenOperationView, OperationView, PlanProposal } from '../../shared/ipc/contract.ts'
import { type Topic, topicOf } from '../../shared/plan/topic.ts'
import { countWords } from './wording.ts'

type ProposedPlan = PlanProposal & { kind: 'plan' }
export type ProposedStep = ProposedPlan['steps'][number]

/** Steps in a row that are about the same, with their numbers in the whole plan. */
export type StepGroup<S> = {
  topic: Topic
  title: string
  steps: readonly { number: number; step: S }[]
}

const titles: Record<Topic, string> = {
  kept: 'Kept first',
  checks: 'Checked first',
  units: 'Units that do containers’ work',
  strays: 'Strays on other engines',
  context: 'Docker context',
  files: 'Files',
  data: 'Data',
  services: 'Services',
  samples: 'Samples recorded elsewhere',
  dashboards: 'Dashboards',
  proof: 'Proof',
  other: 'Further steps',
}

/** The order is the plan's own: what comes back to a topic later gets a group of its own. */
export function stepGroups<S extends { kind: string; about?: Topic }>(
  steps: readonly S[],
): StepGroup<S>[] {
  const groups: { topic: Topic; title: string; steps: { number: number; step: S }[] }[] = []
  for (const [index, step] of steps.entries()) {
    const topic = step.about ?? topicOf(step.kind)
    const last = groups.at(-1)
    const numbered = { number: index + 1, step }
    if (last?.topic === topic) last.steps.push(numbered)
    else groups.push({ topic, title: titles[topic], steps: [numbered] })
  }
  return groups
}

/** `Stops 2 units and 14 containers, starts 14 services.`; empty where nothing stops or starts. */
export function touchWords({ touch }: Pick<ProposedPlan, 'touch'>): string {
  if (touch === undefined) return ''
  const { unitsStopped, containersStopped, servicesStopped } = touch
  const some = (count: number, one: string) => (count === 0 ? [] : [countWords(count, one)])
  const deeds = (
    [
      [
        'stops',
        [
          ...some(unitsStopped, 'unit'),
          ...some(containersStopped, 'container'),
          ...some(servicesStopped, 'service'),
        ],
      ],
      ['starts', some(touch.servicesStarted, 'service')],
      ['restarts', some(touch.servicesRestarted, 'service')],
    ] as const
  ).flatMap(([verb, what]) => (what.length === 0 ? [] : [`${verb} ${listed(what)}`]))
  const text = deeds.join(', ')
  return text === '' ? '' : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

const listed = (what: readonly string[]): string =>
  [what.slice(0, -1).join(', '), ...what.slice(-1)].filter((one) => one !== '').join(' and ')

export type Way = OpenOperationView['ways'][number]

export const wayWords: Record<Way, { label: string; meaning: string }> = {
  continue: {
    label: 'Go on',
    meaning:
      'Carries out what is left. What is done stays done; a step that was not finished is looked at first.',
  },
  'roll-back': {
    label: 'Roll back',
    meaning: 'Undoes what was touched, the newest first, until all is as it was before.',
  },
  leave: {
    label: 'Leave as it is',
    meaning:
      'Ends it here. Nothing more is touched, and it can neither go on nor be rolled back afterwards.',
  },
}

/** How many steps were carried out, undone and left out, in words. */
export function stepsWords({ steps }: Pick<OperationView, 'steps'>): string {
  const count = (state: OperationView['steps'][number]['state']) =>
    steps.filter((step) => step.state === state).length
  const told = [
    [count('done'), 'done'],
    [count('rolled-back'), 'rolled back'],
    [count('failed'), 'failed'],
    [count('skipped'), 'skipped'],
    [count('waiting'), 'not begun'],
  ] as const
  const parts = told.flatMap(([number, word]) => (number === 0 ? [] : [`${number} ${word}`]))
  return parts.length === 0 ? '' : `${countWords(steps.length, 'step')}: ${parts.join(', ')}.`
}
