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
])
export type Intent = z.infer<typeof intentSchema>
