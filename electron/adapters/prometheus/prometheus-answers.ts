import { z } from 'zod'
import { targetHealths } from '../../../shared/domain/prometheus.ts'

// What is taken from the answers of Prometheus' API, versions 2.42 to 3.x; the rest is left out.

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')

const success = <S extends z.ZodType>(data: S) => z.object({ data })

export const buildAnswer = success(z.object({ version: z.string() }))

export const runtimeAnswer = success(
  z.object({
    startTime: z.string(),
    CWD: text,
    reloadConfigSuccess: z.boolean(),
    lastConfigTime: z.string(),
    storageRetention: text,
  }),
)

export const flagsAnswer = success(z.record(z.string(), z.string()))

export const configAnswer = success(z.object({ yaml: z.string() }))

export const targetsAnswer = success(
  z.object({
    activeTargets: z
      .array(
        z.object({
          labels: z.record(z.string(), z.string()),
          scrapePool: text,
          scrapeUrl: text,
          lastError: text,
          lastScrape: text,
          health: z.enum(targetHealths).catch('unknown'),
          scrapeInterval: text,
        }),
      )
      .nullish()
      .transform((value) => value ?? []),
  }),
)
export type TargetAnswer = z.infer<typeof targetsAnswer>['data']['activeTargets'][number]

export const rulesAnswer = success(
  z.object({
    groups: z
      .array(
        z.object({
          rules: z
            .array(z.object({ name: text, health: text, lastError: text }))
            .nullish()
            .transform((value) => value ?? []),
        }),
      )
      .nullish()
      .transform((value) => value ?? []),
  }),
)

export const alertsAnswer = success(
  z.object({
    alerts: z
      .array(z.object({ labels: z.record(z.string(), z.string()), state: text }))
      .nullish()
      .transform((value) => value ?? []),
  }),
)

export const vectorAnswer = success(
  z.object({
    resultType: z.literal('vector'),
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        value: z.tuple([z.number(), z.string()]),
      }),
    ),
  }),
)
