import { z } from 'zod'

/** One kind of step: what it is made of, so that a crash does not lose it, and how it reads. */
export type StepKindOf<S> = {
  schema: z.ZodType<S>
  /** What the step does, without its cause. */
  describe: (step: S) => string
}

/** Each step says beside its own fields what it is and why it is done. */
export function stepKind<K extends string, F extends z.ZodRawShape>(
  kind: K,
  fields: F,
  describe: (step: z.infer<z.ZodObject<F>>) => string,
) {
  const schema = z.strictObject({ ...fields, kind: z.literal(kind), cause: z.string() })
  // TypeScript cannot see through the spread of a generic shape that the fields are still there.
  return { schema, describe } as unknown as StepKindOf<
    z.infer<z.ZodObject<F>> & { kind: K; cause: string }
  >
}
