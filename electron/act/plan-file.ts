import { createHash } from 'node:crypto'
import { z } from 'zod'
import { intentSchema } from '../../shared/domain/intent.ts'
import { type Plan, stepSchema } from '../../shared/plan/plan.ts'

/** What a person approves: sha256 over the plan as JSON with sorted keys. */
export function planHash(plan: Plan): string {
  return createHash('sha256').update(canonical(plan)).digest('hex')
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

/** `plan.json` in an operation's directory: written once, before the first step. */
export type PlanFile = {
  id: string
  title: string
  hash: string
  startedAt: string
  plan: Plan
}

const text = z.string()

const planFile: z.ZodType<PlanFile> = z.strictObject({
  id: text,
  title: text,
  hash: text,
  startedAt: z.iso.datetime(),
  plan: z.strictObject({
    intent: intentSchema,
    stack: text,
    steps: z.array(stepSchema),
    warnings: z.array(text),
    whenStopped: z.enum(['roll-back', 'ask']).exactOptional(),
    confirmWith: text.exactOptional(),
  }),
})

/** Throws a sentence when the text is not a plan, or not the one that was approved. */
export function parsePlanFile(content: string): PlanFile {
  let parsed: unknown
  try {
    parsed = JSON.parse(content)
  } catch {
    throw new Error('The plan of this operation is not valid JSON.')
  }
  const result = planFile.safeParse(parsed)
  if (!result.success) throw new Error('The plan of this operation cannot be understood.')
  if (planHash(result.data.plan) !== result.data.hash) {
    throw new Error('The plan of this operation is not the one that was approved.')
  }
  return result.data
}
