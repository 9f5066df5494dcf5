import { shortId } from '../../shared/domain/short-id.ts'
import type { OpenOperationView, OperationView, PlanProposal } from '../../shared/ipc/contract.ts'
import type { FileChanges, FileDifference } from '../../shared/ipc/file-changes.ts'
import type { Simulation } from '../../shared/ipc/simulation-view.ts'
import { textDifference } from '../../shared/text/text-difference.ts'

// What a recovery of the whole incident looks like, for the window.

type ProposedPlan = PlanProposal & { kind: 'plan' }

export const recoveredFile = '/home/ada/odin/prometheus/prometheus.yml'
const belongs = 'odin_lab belongs on desktop-linux'

const strays = ['prometheus', 'grafana', 'loki', 'alertmanager'].map(
  (service) => `odin-${service}-1, which is kept from starting by itself`,
)

export const recoverPlan: ProposedPlan = {
  kind: 'plan',
  hash: 'b'.repeat(64),
  title: 'Recover odin_lab',
  steps: [
    {
      kind: 'TakeSnapshot',
      what: 'keep the present state in a snapshot of its own',
      cause: 'nothing of it may be lost',
      about: 'kept',
    },
    {
      kind: 'SaveSamples',
      what: 'copy what prometheus recorded on the native engine',
      cause: 'it was recorded there since 09:41',
      about: 'samples',
    },
    {
      kind: 'StopUnit',
      what: 'stop prometheus-node-exporter.service and keep it from starting by itself',
      cause: 'it does the work of node-exporter',
      about: 'units',
    },
    {
      kind: 'HoldContainers',
      what: 'stop 4 containers on default and keep them from starting by themselves',
      cause: belongs,
      about: 'strays',
      lines: strays,
    },
    {
      kind: 'SelectContext',
      what: 'set the Docker context from default to desktop-linux',
      cause: 'odin_lab lives on desktop-linux',
      about: 'context',
    },
    {
      kind: 'PutBackFiles',
      what: `put back ${recoveredFile} (as accepted), and restart prometheus`,
      cause: 'it is not what was accepted',
      about: 'files',
      files: [{ file: recoveredFile, from: 'accepted' }],
    },
    {
      kind: 'BringUp',
      what: 'bring up prometheus, grafana, node-exporter of odin on desktop-linux',
      cause: 'none of them runs there',
      about: 'services',
    },
    {
      kind: 'MergeSamples',
      what: 'stop prometheus on desktop-linux for a moment, add what it recorded on the native engine, and count both',
      cause: 'no sample of either side may be lost',
      about: 'samples',
    },
    {
      kind: 'VerifyStack',
      what: 'see that odin_lab works, within 120 s',
      cause: 'what was done counts only when it is seen to work',
      about: 'proof',
    },
  ],
  warnings: [
    '/home/ada/odin/loki/loki.yaml is not what was accepted, and what it held then was not kept.',
  ],
  filesFrom: {
    chosen: 'accepted',
    choices: [
      { kind: 'accepted', value: 'accepted' },
      {
        kind: 'snapshot',
        value: '2026-11-19T02-15-00Z_01JDRECOVERY7',
        at: '2026-11-19T02:15:00.000Z',
      },
      {
        kind: 'commit',
        value: 'git',
        commit: '4f1c2aa08f2b7c1e6d5a9b3c4d5e6f7081920314',
        subject: 'Scrape the GPU exporter by its name',
        trees: 1,
      },
    ],
  },
  touch: {
    ...{ unitsStopped: 1, containersStopped: 4, servicesStopped: 0 },
    ...{ servicesStarted: 3, servicesRestarted: 1 },
  },
  whenStopped: 'ask',
  confirmWith: 'odin_lab',
}

const before = `global:
  scrape_interval: 15s
scrape_configs:
  - job_name: gpu
    static_configs:
      - targets: [nvidia-gpu-exporter:9835]
`
const after = before.replace('nvidia-gpu-exporter:9835', 'host.docker.internal:9836')

export const recoveredChanges: FileChanges = {
  path: recoveredFile,
  acceptedAt: '2026-11-17T10:14:32Z',
  files: [
    {
      path: recoveredFile,
      change: 'changed',
      ...textDifference(recoveredFile, before, after, () => ''),
      changedAt: '2026-11-20T09:41:27Z',
    },
  ],
  why: null,
}

/** The same plan with the configuration from somewhere else. */
export function recoverPlanFrom(filesFrom: string): ProposedPlan {
  const { choices = [] } = recoverPlan.filesFrom ?? {}
  const choice = choices.find(({ value }) => value === filesFrom)
  if (choice === undefined || choice.kind === 'accepted') return recoverPlan
  const [from, source] =
    choice.kind === 'commit'
      ? [`from commit ${choice.commit.slice(0, 12)}`, { from: 'commit', commit: choice.commit }]
      : [`from snapshot ${shortId(choice.value)}`, { from: 'snapshot', snapshot: choice.value }]
  return {
    ...recoverPlan,
    hash: (choice.kind === 'commit' ? 'c' : 'd').repeat(64),
    filesFrom: { chosen: filesFrom, choices },
    steps: recoverPlan.steps.map((step) =>
      step.files === undefined
        ? step
        : {
            ...step,
            what: `put back ${recoveredFile} (${from}), and restart prometheus`,
            files: [{ file: recoveredFile, ...source } as (typeof step.files)[number]],
          },
    ),
  }
}

/** The other way round: what the plan would do to what is there. */
export const recoveredDifferences: FileDifference[] = [
  { path: recoveredFile, ...textDifference(recoveredFile, after, before, () => '') },
]

export const operationId = '20261123T120000Z-3f9a0c'
export const operationDirectory = `/home/ada/.local/state/odin-sentinel/operations/${operationId}`

export const waitingRecovery: OpenOperationView = {
  id: operationId,
  title: 'Recover odin_lab',
  stack: 'odin_lab',
  startedAt: '2026-11-23T12:00:00.000Z',
  touched: recoverPlan.steps.slice(0, 3).map(({ what }) => what),
  ways: ['continue', 'roll-back', 'leave'],
  directory: operationDirectory,
  problem: null,
}

const byHandIn: Readonly<Record<string, string[]>> = {
  HoldContainers: [
    'docker --host unix:///var/run/docker.sock update --restart unless-stopped odin-prometheus-1',
    'docker --host unix:///var/run/docker.sock stop odin-prometheus-1 odin-grafana-1',
  ],
  SelectContext: ['docker --config /home/ada/.docker context use desktop-linux'],
  BringUp: [
    'cd /home/ada/odin && docker --context desktop-linux compose -p odin -f /home/ada/odin/docker-compose.yml up -d loki',
  ],
  VerifyStack: ['odin-sentinel status --stack odin_lab'],
}

/** The operation with so many steps behind it, the next one going on where it still runs. */
export function recoveryAt(
  done: number,
  outcome: OperationView['outcome'],
  startedAt: string,
): OperationView {
  const stateOf = (index: number): OperationView['steps'][number]['state'] => {
    if (outcome === 'rolled-back') return index < done ? 'rolled-back' : 'skipped'
    if (index < done) return 'done'
    return outcome === 'running' && index === done ? 'running' : 'waiting'
  }
  const finishedAt = new Date(Date.parse(startedAt) + 47_300).toISOString()
  const sentences: Partial<Record<OperationView['outcome'], string>> = {
    done: `All ${recoverPlan.steps.length} steps are done.`,
    stopped: 'Cancelled. Go on from here, or roll back.',
    'rolled-back': 'It was interrupted; what had been done was rolled back.',
    'needs-attention': `It was left as it is. The files from before are in ${operationDirectory}/keep.`,
  }
  return {
    id: operationId,
    title: recoverPlan.title,
    stack: 'odin_lab',
    startedAt,
    ...(outcome !== 'running' && { finishedAt }),
    outcome,
    sentence: sentences[outcome] ?? '',
    whenStopped: 'ask',
    directory: operationDirectory,
    steps: recoverPlan.steps.map(({ kind, what, cause }, index) => ({
      kind,
      what,
      cause,
      state: stateOf(index),
      ...(index < done && { milliseconds: 180 + index * 740 }),
      ...(index === 1 && done > 1 && { remark: '41 208 samples of 2 h 12 min, 3 blocks.' }),
      ...(index === done && outcome === 'running' && { startedAt: new Date().toISOString() }),
      ...(/^(done|running)$/.test(outcome) || stateOf(index) === 'done'
        ? {}
        : { byHand: byHandIn[kind] ?? [] }),
    })),
  }
}

export const someForeseen: Simulation = {
  stack: 'odin_lab',
  context: 'default',
  engine: 'Ubuntu 24.04.3 LTS (native)',
  foreseen: [
    {
      what: 'volume',
      verdict: 'breaks',
      subject: 'volume:odin_prometheus-data',
      sentence:
        'Volume odin_prometheus-data does not exist on default, so prometheus would begin without its history.',
      remedy:
        'odin-sentinel backup --stack odin_lab\nodin-sentinel restore latest --only prometheus',
    },
    {
      what: 'address',
      verdict: 'breaks',
      subject: 'reach:odin/prometheus/host.docker.internal',
      sentence: 'prometheus asks host.docker.internal, which a native engine does not know.',
      remedy: 'services:\n  prometheus:\n    extra_hosts: ["host.docker.internal:host-gateway"]',
    },
    {
      what: 'port',
      verdict: 'cannot-tell',
      subject: 'port:9100/tcp',
      sentence: 'Who holds port 9100 there cannot be told without root.',
      remedy: null,
    },
    {
      what: 'machine',
      verdict: 'differs',
      subject: 'service:odin/node-exporter',
      sentence: 'node-exporter would measure this machine, not Docker Desktop’s virtual machine.',
      remedy: null,
    },
  ],
}
