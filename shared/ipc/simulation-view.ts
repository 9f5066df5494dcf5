import { z } from 'zod'

/** One thing that would be different if the stack ran elsewhere. */
export const foreseenSchema = z.strictObject({
  what: z.enum(['volume', 'address', 'gpu', 'bind', 'port', 'image', 'machine']),
  verdict: z.enum(['breaks', 'differs', 'cannot-tell']),
  subject: z.string(),
  sentence: z.string(),
  /** What to write where, for example the lines for a compose file. */
  remedy: z.string().nullable(),
})
export type Foreseen = z.infer<typeof foreseenSchema>

export const simulationSchema = z.strictObject({
  stack: z.string(),
  context: z.string(),
  /** Kind and name of the engine behind it. */
  engine: z.string(),
  /** Empty: nothing that we know of would break. */
  foreseen: z.array(foreseenSchema),
})
export type Simulation = z.infer<typeof simulationSchema>
