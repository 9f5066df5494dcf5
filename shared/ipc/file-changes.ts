import { z } from 'zod'

// What differs between a file of configuration as it was accepted and as it is now; for a
// directory, in each file below it. Secrets are masked before anything gets here.

export const fileChangesSchema = z.strictObject({
  path: z.string(),
  acceptedAt: z.iso.datetime(),
  files: z.array(
    z.strictObject({
      path: z.string(),
      change: z.enum(['changed', 'added', 'removed']),
      diff: z.string().nullable().describe('unified; null where `why` says why there is none'),
      why: z.string().nullable(),
      changedAt: z.iso.datetime().nullable(),
    }),
  ),
  why: z.string().nullable().describe('why nothing, or not everything, can be shown'),
})
export type FileChanges = z.infer<typeof fileChangesSchema>

/** What a plan would do to one file: from what is there now to what it would hold. */
export const fileDifferenceSchema = z.strictObject({
  path: z.string(),
  diff: z.string().nullable().describe('unified; null where `why` says why there is none'),
  why: z.string().nullable(),
})
export type FileDifference = z.infer<typeof fileDifferenceSchema>
