import { z } from 'zod'
import { findingCodes } from '../assess/finding.ts'
import { intentSchema as intent } from '../domain/intent.ts'
import { topics } from '../plan/topic.ts'
import {
  backupPlanSchema,
  backupRunSchema,
  backupViewSchema,
  browsedSchema,
  snapshotChangeSchema,
} from './backup-view.ts'
import { fileChangesSchema, fileDifferenceSchema } from './file-changes.ts'
import { monitoringViewSchema } from './monitoring-view.ts'
import { simulationSchema } from './simulation-view.ts'
import { statusSchema, timelineEntrySchema } from './status.ts'

// The only list of what the renderer may ask and be told. Handlers, `window.sentinel`
// and both wrappers derive from it; what comes over the wire is parsed on arrival.

const touchSchema = z.strictObject({
  unitsStopped: z.int(),
  containersStopped: z.int(),
  servicesStopped: z.int(),
  servicesStarted: z.int(),
  servicesRestarted: z.int(),
})

/** Where the configuration of a recovery may come from; `value` is what the intent wants. */
const fileChoicesSchema = z.strictObject({
  chosen: z.string(),
  choices: z.array(
    z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('accepted'), value: z.string() }),
      z.strictObject({ kind: z.literal('snapshot'), value: z.string(), at: z.iso.datetime() }),
      z.strictObject({
        kind: z.literal('commit'),
        value: z.string(),
        commit: z.string(),
        subject: z.string(),
        /** How many work trees are concerned; the commit is the first one's. */
        trees: z.int(),
      }),
    ]),
  ),
})

/** A plan that a person can read, bound to what they approve by its hash. */
export const planProposalSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('plan'),
    hash: z.string(),
    title: z.string(),
    steps: z.array(
      z.strictObject({
        kind: z.string(),
        what: z.string(),
        cause: z.string(),
        about: z.enum(topics).exactOptional(),
        /** What is put back, and where it comes from. */
        files: z
          .array(
            z.strictObject({
              file: z.string(),
              from: z.enum(['accepted', 'commit', 'snapshot']),
              /** Its ID, where it comes from one. */
              snapshot: z.string().exactOptional(),
              commit: z.string().exactOptional(),
            }),
          )
          .exactOptional(),
        /** Each of what it touches, where there are too many for its sentence. */
        lines: z.array(z.string()).exactOptional(),
      }),
    ),
    warnings: z.array(z.string()),
    /** Absent where no file has drifted. */
    filesFrom: fileChoicesSchema.exactOptional(),
    /** Edited in Grafana elsewhere; absent where nothing was, or home lets nobody import it. */
    dashboards: z
      .strictObject({ titles: z.array(z.string()), carried: z.boolean() })
      .exactOptional(),
    touch: touchSchema.exactOptional(),
    whenStopped: z.enum(['roll-back', 'ask']).exactOptional(),
    /** What a person types to say yes; absent where a click is enough. */
    confirmWith: z.string().exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('refusal'),
    code: z.string(),
    sentence: z.string(),
    nextStep: z.string(),
    offer: z.strictObject({ intent, label: z.string() }).optional(),
  }),
])
export type PlanProposal = z.infer<typeof planProposalSchema>

/** A step, and how far it came. */
const runningStepSchema = z.strictObject({
  kind: z.string(),
  what: z.string(),
  cause: z.string(),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'skipped', 'rolled-back']),
  startedAt: z.iso.datetime().optional(),
  milliseconds: z.number().optional(),
  problem: z.string().optional(),
  /** What came of it beyond being done, in numbers. */
  remark: z.string().optional(),
  /** Commands that do the same, where it was not done, or has been undone. */
  byHand: z.array(z.string()).exactOptional(),
})

export const operationSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  stack: z.string(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().optional(),
  /**
   * `cancelled` never needs mending: what was done has been rolled back. `stopped` waits for
   * somebody who says whether it goes on or is rolled back.
   */
  outcome: z.enum(['running', 'done', 'rolled-back', 'needs-attention', 'cancelled', 'stopped']),
  sentence: z.string(),
  /** What a cancel does, as in the plan. */
  whenStopped: z.enum(['roll-back', 'ask']).exactOptional(),
  /** Where its plan, its journal and the files from before are. */
  directory: z.string().exactOptional(),
  steps: z.array(runningStepSchema),
})
export type OperationView = z.infer<typeof operationSchema>

/** An operation that stopped before its end, and what can be done about it. */
export const openOperationSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  stack: z.string(),
  startedAt: z.iso.datetime().nullable(),
  /** What was touched, in order. */
  touched: z.array(z.string()),
  /** Every step, as far as it came; absent where the plan cannot be read. */
  steps: z.array(runningStepSchema).exactOptional(),
  ways: z.array(z.enum(['continue', 'roll-back', 'leave'])),
  /** Where its plan, its journal and the files from before are. */
  directory: z.string(),
  problem: z.string().nullable(),
})
export type OpenOperationView = z.infer<typeof openOperationSchema>

/** A restore that was carried out, and can be undone until then. */
export const undoableSchema = z.strictObject({
  /** Of its operation: the intent `undo-restore` wants it. */
  id: z.string(),
  title: z.string(),
  stack: z.string(),
  endedAt: z.iso.datetime(),
  until: z.iso.datetime(),
})
export type UndoableView = z.infer<typeof undoableSchema>

/** Everything the window shows. Replaced whole, and only by a higher revision. */
export const mirrorSchema = z.strictObject({
  revision: z.number().int(),
  demo: z.boolean(),
  stacks: z.array(statusSchema),
  operation: operationSchema.nullable(),
  /** Those that wait for somebody to say how they go on; absent where there are none. */
  openOperations: z.array(openOperationSchema).exactOptional(),
  /** "I am moving": nobody is disturbed until then. */
  movingUntil: z.iso.datetime().nullable(),
  /** Stay home is about to switch back by itself. */
  countdown: z.strictObject({ stack: z.string(), deadline: z.iso.datetime() }).nullable(),
  trayHost: z.enum(['present', 'absent', 'unknown']),
  timeline: z.array(timelineEntrySchema),
  /** Rises when what is seen beyond the containers may have changed; absent while nobody looks. */
  monitoringRevision: z.number().int().exactOptional(),
  /** Absent where nobody keeps backups: in the demo, and before a stack is in force. */
  backups: z
    .strictObject({
      /** Work on a repository that is going on now. */
      run: backupRunSchema.nullable(),
      /** When the newest verified snapshot was taken, by the stack's name. */
      lastGood: z.record(z.string(), z.iso.datetime()),
      /** Rises when `backups:get` may have another answer. */
      revision: z.number().int(),
    })
    .exactOptional(),
})
export type Mirror = z.infer<typeof mirrorSchema>

const stack = z.string().min(1).max(255)
const snapshot = z.string().min(1).max(255)
const nothing = z.strictObject({})
const since = z.enum(['1d', '2d', '7d', '30d'])
export type Period = z.infer<typeof since>
const done = z.strictObject({ problem: z.string().nullable() })

export const contract = {
  'mirror:get': { params: nothing, reply: mirrorSchema },
  'plan:propose': { params: z.strictObject({ stack, intent }), reply: planProposalSchema },
  /** What a plan that was shown would do to files that it puts back, line by line. */
  'plan:differences': {
    params: z.strictObject({
      hash: z.string().length(64),
      files: z.array(z.string().min(1).max(4096)).max(12),
    }),
    reply: z.strictObject({
      differences: z.array(fileDifferenceSchema),
      problem: z.string().nullable(),
    }),
  },
  'stack:simulate': {
    params: z.strictObject({ stack, context: z.string().min(1).max(255) }),
    reply: z.strictObject({
      simulation: simulationSchema.nullable(),
      problem: z.string().nullable(),
    }),
  },
  'plan:execute': { params: z.strictObject({ hash: z.string().length(64) }), reply: done },
  'plan:cancel': { params: nothing, reply: done },
  'operation:settle': {
    params: z.strictObject({
      id: z.string().min(1).max(64),
      direction: z.enum(['continue', 'roll-back', 'leave']),
    }),
    reply: done,
  },
  /** Restores that can still be undone, newest first. */
  'operation:undoable': {
    params: z.strictObject({ stack }),
    reply: z.strictObject({ undoable: z.array(undoableSchema) }),
  },
  'incident:snooze': {
    params: z.strictObject({ incident: z.string(), until: z.enum(['1h', 'tomorrow', 'off']) }),
    reply: done,
  },
  'context:move-on-purpose': {
    params: z.strictObject({ hours: z.number().min(0).max(48) }),
    reply: done,
  },
  'countdown:cancel': { params: nothing, reply: done },
  /** `sentence` says how it was shown; null when it was not. */
  'notification:test': {
    params: nothing,
    reply: z.strictObject({ sentence: z.string().nullable(), problem: z.string().nullable() }),
  },
  'stack:adopt': { params: z.strictObject({ project: z.string().optional() }), reply: done },
  /** null while nothing beyond the containers of this stack is looked at. */
  'monitoring:get': {
    params: z.strictObject({ stack }),
    reply: z.strictObject({ view: monitoringViewSchema.nullable() }),
  },
  'baseline:accept': { params: z.strictObject({ stack }), reply: done },
  /** What differs in a watched file or directory from what was accepted. */
  'changes:diff': {
    params: z.strictObject({ stack, path: z.string().min(1).max(4096) }),
    reply: z.strictObject({
      changes: fileChangesSchema.nullable(),
      problem: z.string().nullable(),
    }),
  },
  'timeline:get': {
    params: z.strictObject({ since }),
    reply: z.strictObject({ entries: z.array(timelineEntrySchema) }),
  },
  'report:get': {
    params: z.strictObject({ since }),
    reply: z.strictObject({ markdown: z.string() }),
  },
  /** Writes a new file for the person, and never over one that is there. */
  'report:save': {
    params: z.strictObject({ since }),
    reply: z.strictObject({ path: z.string().nullable(), problem: z.string().nullable() }),
  },
  /** null where nobody keeps backups of this stack. */
  'backups:get': {
    params: z.strictObject({ stack }),
    reply: z.strictObject({ view: backupViewSchema.nullable() }),
  },
  /** Begins the work and answers; how it goes is in the mirror. */
  'backup:start': {
    params: z.strictObject({
      stack,
      kind: backupRunSchema.shape.kind,
      snapshot: z.string().max(255).exactOptional(),
      only: z.array(z.string().max(255)).max(64).exactOptional(),
    }),
    reply: done,
  },
  'backup:cancel': { params: nothing, reply: done },
  'backup:set-plan': { params: z.strictObject({ stack, plan: backupPlanSchema }), reply: done },
  /** What the next clean-up would remove and why the rest stays, a sentence each. */
  'backup:preview-prune': {
    params: z.strictObject({ stack }),
    reply: z.strictObject({ lines: z.array(z.string()) }),
  },
  'snapshot:browse': {
    params: z.strictObject({ stack, snapshot, path: z.string().max(4096) }),
    reply: z.strictObject({ entries: z.array(browsedSchema), problem: z.string().nullable() }),
  },
  /** Against another snapshot, or what is there now. */
  'snapshot:diff': {
    params: z.strictObject({ stack, snapshot, against: snapshot.nullable() }),
    reply: z.strictObject({
      changes: z.array(snapshotChangeSchema),
      problem: z.string().nullable(),
    }),
  },
  'snapshot:pin': {
    params: z.strictObject({ stack, snapshot, why: z.string().max(200).nullable() }),
    reply: done,
  },
  'runbook:read': {
    params: z.strictObject({ code: z.enum(findingCodes), stack: stack.exactOptional() }),
    reply: z.strictObject({ markdown: z.string() }),
  },
  /** All pages as one new file for the person, and never over one that is there. */
  'runbook:save-all': {
    params: z.strictObject({ stack: stack.exactOptional() }),
    reply: z.strictObject({ path: z.string().nullable(), problem: z.string().nullable() }),
  },
} as const

export type Channel = keyof typeof contract
export type Params<C extends Channel> = z.infer<(typeof contract)[C]['params']>
export type Reply<C extends Channel> = z.infer<(typeof contract)[C]['reply']>

/** The one message that main sends unasked. */
export const mirrorChanged = 'mirror:changed'

/** What the preload puts on `window.sentinel`. */
export type SentinelBridge = {
  ask<C extends Channel>(channel: C, params: Params<C>): Promise<Reply<C>>
  onMirror(listener: (mirror: Mirror) => void): () => void
}
