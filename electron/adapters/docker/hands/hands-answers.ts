import { z } from 'zod'
import { inspectAnswer, text, textMap, texts } from '../engine-answers.ts'

// What is taken from the answers of an engine that is about to be changed.

export const anyAnswer = z.unknown()

export const identityAnswer = z.object({ ID: text, ServerVersion: text, SystemTime: text })
export const roomAnswer = z.object({ Name: text, OperatingSystem: text, DockerRootDir: text })

export const closeInspectAnswer = inspectAnswer.and(
  z.object({
    Path: text,
    Args: texts,
    State: z.object({ StartedAt: text, FinishedAt: text }),
    Config: z.object({ StopTimeout: z.number().nullish(), WorkingDir: text, User: text }),
    HostConfig: z.object({ AutoRemove: z.boolean().nullish() }),
  }),
)
export type CloseInspectAnswer = z.infer<typeof closeInspectAnswer>

export const environmentAnswer = z.object({ Config: z.object({ Env: texts }) })

export const idsAnswer = z.array(
  z.object({
    Id: z.string().min(1),
    Names: texts,
    Created: z.number().nullish(),
    State: text,
    Labels: textMap,
    HostConfig: z.object({ NetworkMode: text }).nullish(),
  }),
)

const volume = z.object({
  Name: z.string().min(1),
  Driver: text,
  Labels: textMap,
  Options: textMap,
  CreatedAt: text,
})
export const volumeAnswer = volume
export const volumesAnswer = z.object({
  Volumes: z
    .array(volume)
    .nullish()
    .transform((value) => value ?? []),
})

export const imagesAnswer = z.array(
  z.object({
    Id: z.string().min(1),
    RepoTags: texts,
    Labels: textMap,
    Size: z.number().nullish(),
  }),
)
export const imageAnswer = z.object({
  Id: z.string().min(1),
  Config: z
    .object({ Volumes: z.record(z.string(), z.unknown()).nullish(), Labels: textMap })
    .nullish(),
})

export const createdAnswer = z.object({ id: z.string().min(1) })
export const execEndAnswer = z.object({ ExitCode: z.number().nullish() })
export const waitAnswer = z.object({ StatusCode: z.number() })

/** Of HEAD …/archive, in base64 in a header. */
export const pathStatAnswer = z.object({ size: z.number(), mtime: text, linkTarget: text })
