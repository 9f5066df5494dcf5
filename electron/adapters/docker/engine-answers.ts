import { z } from 'zod'

// What is taken from the engine's answers; the rest is left out. Go writes null for empty
// lists and maps, and engines leave fields out that they do not have.

export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')
const count = z
  .number()
  .nullish()
  .transform((value) => value ?? 0)
export const texts = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? [])
export const textMap = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {})

export const engineAnswer = z.object({
  ID: text,
  Name: text,
  ServerVersion: text,
  OperatingSystem: text,
  OSType: text,
  DockerRootDir: text,
  Labels: texts,
  SecurityOptions: texts,
  Runtimes: z.record(z.string(), z.unknown()).nullish(),
  DiscoveredDevices: z
    .array(z.object({ ID: text }))
    .nullish()
    .transform((value) => value ?? []),
})
export type EngineAnswer = z.infer<typeof engineAnswer>

export const versionAnswer = z.object({
  ApiVersion: text,
  Platform: z
    .object({ Name: text })
    .nullish()
    .transform((value) => value ?? { Name: '' }),
  Components: z
    .array(z.object({ Name: text }))
    .nullish()
    .transform((value) => value ?? []),
})
export type VersionAnswer = z.infer<typeof versionAnswer>

export const listAnswer = z.array(
  z.object({
    Id: z.string().min(1),
    Names: texts,
    ImageID: text,
    State: text,
    Status: text,
    Labels: textMap,
  }),
)
export type ListedContainer = z.infer<typeof listAnswer>[number]

const portMap = z
  .record(z.string(), z.array(z.object({ HostIp: text, HostPort: text })).nullable())
  .nullish()
  .transform((value) => value ?? {})

export const inspectAnswer = z.object({
  Id: z.string().min(1),
  Name: z.string(),
  Created: text,
  Image: text,
  RestartCount: count,
  State: z.object({
    Status: text,
    OOMKilled: z.boolean().nullish(),
    ExitCode: count,
    Error: text,
    StartedAt: text,
    FinishedAt: text,
    Health: z
      .object({
        Status: text,
        Log: z.array(z.object({ ExitCode: count, Output: text })).nullish(),
      })
      .nullish(),
  }),
  Config: z.object({ Image: text, Labels: textMap }),
  HostConfig: z.object({
    PortBindings: portMap,
    RestartPolicy: z.object({ Name: text }).nullish(),
    NetworkMode: z.string().nullish(),
    ExtraHosts: z.array(z.string()).nullish(),
    Dns: z.array(z.string()).nullish(),
    Runtime: text,
    DeviceRequests: z
      .array(z.object({ Driver: text, Capabilities: z.array(texts).nullish() }))
      .nullish(),
  }),
  NetworkSettings: z
    .object({
      Ports: portMap,
      Networks: z
        .record(
          z.string(),
          z.object({ IPAddress: text, Gateway: text, Aliases: texts, DNSNames: texts }).nullable(),
        )
        .nullish(),
    })
    .nullish(),
  Mounts: z
    .array(
      z.object({
        Type: text,
        Name: text,
        Source: text,
        Destination: text,
        RW: z.boolean().nullish(),
      }),
    )
    .nullish(),
})
export type InspectAnswer = z.infer<typeof inspectAnswer>

/** API 1.52 (engine 29) dropped `status`, `id` and `from`; these are in all versions. */
export const eventAnswer = z.object({
  Type: z.literal('container'),
  Action: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: textMap }),
  timeNano: count,
})
