import { z } from 'zod'

/** What a person, or stay home, wants done. A planner turns it into a plan. */
export const intentSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('switch-back'),
    to: z.string().min(1).max(255).optional(),
    startDesktop: z.boolean().optional(),
  }),
  /** The context that is current now becomes home. */
  z.strictObject({ kind: z.literal('keep-here') }),
  /** Everything back to how it was accepted: units, strays, context, files, services. */
  z.strictObject({
    kind: z.literal('recover'),
    /** Files that differ from what was accepted come from here; from what was accepted unless said. */
    filesFrom: z.string().min(1).max(255).optional(),
    /** Leave what was recorded on the other engine there. */
    withoutSamples: z.boolean().optional(),
    /** Import what was edited in Grafana on the other engine; it is kept as files otherwise. */
    carryDashboards: z.boolean().optional(),
  }),
  /** Back to what a snapshot holds. */
  z.strictObject({
    kind: z.literal('restore'),
    /** By its id, the end of it, or "latest". */
    snapshot: z.string().min(1).max(255),
    /** `config`, `prometheus`, `grafana`, `volumes`, a service, a component or a path; all otherwise. */
    only: z.array(z.string().min(1).max(4096)).max(64).optional(),
    /** The data comes from another engine than home, and is wanted here all the same. */
    fromOtherEngine: z.boolean().optional(),
  }),
  /** Back to what was there before a restore, from the snapshot that it took first. */
  z.strictObject({
    kind: z.literal('undo-restore'),
    /** Its ID. */
    operation: z.string().min(1).max(64),
  }),
])
export type Intent = z.infer<typeof intentSchema>
