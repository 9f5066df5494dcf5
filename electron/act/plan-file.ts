import { createHash } from 'node:crypto'
import { z } from 'zod'
import { engineKinds } from '../../shared/domain/engine.ts'
import type { Intent } from '../../shared/domain/intent.ts'
import type { Home } from '../../shared/domain/stack.ts'
import type { Plan, Step, StepKind } from '../../shared/plan/plan.ts'

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

const intent: z.ZodType<Intent> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('switch-back'),
    to: z.string().exactOptional(),
    startDesktop: z.boolean().exactOptional(),
  }),
  z.strictObject({ kind: z.literal('keep-here') }),
])

const home: z.ZodType<Home> = z.strictObject({
  context: z.string(),
  engineId: z.string(),
  engineKind: z.enum(engineKinds),
  endpoint: z.string(),
})

const text = z.string()

/** A new kind of step that could not be read back after a crash does not compile. */
const steps: { [K in StepKind]: z.ZodType<Extract<Step, { kind: K }>> } = {
  KeepCopy: z.strictObject({ kind: z.literal('KeepCopy'), file: text, cause: text }),
  StartDesktop: z.strictObject({ kind: z.literal('StartDesktop'), unit: text, cause: text }),
  WaitForEngine: z.strictObject({
    kind: z.literal('WaitForEngine'),
    endpoint: text,
    engineId: text,
    seconds: z.number(),
    cause: text,
  }),
  SelectContext: z.strictObject({
    kind: z.literal('SelectContext'),
    configDirectory: text,
    from: text,
    to: text,
    cause: text,
  }),
  VerifyEngine: z.strictObject({
    kind: z.literal('VerifyEngine'),
    endpoint: text,
    engineId: text,
    cause: text,
  }),
  AcceptHome: z.strictObject({
    kind: z.literal('AcceptHome'),
    stackFile: text,
    from: home,
    to: home,
    cause: text,
  }),
}

const planFile: z.ZodType<PlanFile> = z.strictObject({
  id: text,
  title: text,
  hash: text,
  startedAt: z.iso.datetime(),
  plan: z.strictObject({
    intent,
    stack: text,
    steps: z.array(z.union(Object.values(steps) as [z.ZodType<Step>, ...z.ZodType<Step>[]])),
    warnings: z.array(text),
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
