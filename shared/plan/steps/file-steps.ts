import { z } from 'zod'
import { stepKind } from './step-kind.ts'

const text = z.string()

/** Where the content of a file comes from. */
export const fileSourceSchema = z.discriminatedUnion('from', [
  /** The text that was accepted as right. */
  z.strictObject({ from: z.literal('baseline') }),
  z.strictObject({
    from: z.literal('snapshot'),
    repository: text,
    snapshot: text,
    component: text,
    path: text,
  }),
  /** A commit of the work tree that the file lies in. */
  z.strictObject({ from: z.literal('git'), root: text, commit: text, path: text }),
])
export type FileSource = z.infer<typeof fileSourceSchema>

/** One file, and what it will hold. */
export const putBackSchema = z.strictObject({
  file: text,
  source: fileSourceSchema,
  /** SHA-256 of what it will hold. */
  sha256: text,
  /** SHA-256 of what it held when the plan was made; null where there was no file. */
  replaces: text.nullable(),
  /** Of a file that is made. Otherwise for all to read, or for its owner alone if it may hold a secret. */
  mode: z.number().int().min(0).max(0o7777).exactOptional(),
})
export type PutBack = z.infer<typeof putBackSchema>

function sourceInWords({ source }: PutBack): string {
  if (source.from === 'baseline') return 'as accepted'
  if (source.from === 'git') return `from commit ${source.commit.slice(0, 12)}`
  return `from snapshot ${source.snapshot.slice(-8).toLowerCase()}`
}

/** What puts files of this machine back. What was there is kept in the operation's directory. */
export const fileSteps = {
  /**
   * A program that runs holds on to what it has read, and a single mounted file to the inode that
   * was there when its container started; so those who have it are restarted, there and back.
   */
  PutBackFiles: stepKind(
    'PutBackFiles',
    {
      files: z.array(putBackSchema),
      endpoint: text,
      engineId: text,
      restarts: z.array(z.strictObject({ project: text, service: text })),
      /** Made first where they are missing, parents before what is in them. */
      directories: z
        .array(z.strictObject({ path: text, mode: z.number().int().min(0).max(0o7777) }))
        .exactOptional(),
    },
    ({ files, restarts }) =>
      [
        `put back ${files.map((one) => `${one.file} (${sourceInWords(one)})`).join(', ')}`,
        ...(restarts.length === 0
          ? []
          : [`restart ${restarts.map(({ service }) => service).join(', ')}`]),
      ].join(', and '),
  ),
}
