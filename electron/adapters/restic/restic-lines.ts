import { z } from 'zod'

// What restic says with --json, a value a line (restic docs, "Scripting": versions 0.17 to 0.18).

const count = z.number().catch(0)
const status = z.object({
  message_type: z.literal('status'),
  total_files: count.optional(),
  files_done: count.optional(),
  total_bytes: count.optional(),
  bytes_done: count.optional(),
})
const summary = z.object({
  message_type: z.literal('summary'),
  snapshot_id: z.string().optional(),
  files_new: count.optional(),
  data_added: count.optional(),
  /** Since 0.17: as it is stored. */
  data_added_packed: count.optional(),
  total_files_processed: count.optional(),
  total_bytes_processed: count.optional(),
})
const errorLine = z.object({
  message_type: z.literal('error'),
  error: z.object({ message: z.string().optional() }).nullish(),
  item: z.string().nullish(),
})
const exitError = z.object({ message_type: z.literal('exit_error'), message: z.string() })
const line = z.discriminatedUnion('message_type', [status, summary, errorLine, exitError])

export type ResticStatus = { files: number; bytes: number; totalBytes?: number }
export type ResticSummary = {
  snapshot: string
  addedBytes: number
  files: number
  bytes: number
}

export type ResticSaid =
  | { type: 'status'; status: ResticStatus }
  | { type: 'summary'; summary: ResticSummary }
  | { type: 'problem'; sentence: string }

/** Undefined for what is of no use here, and for what is no JSON. */
export function readLine(text: string): ResticSaid | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  const { data } = line.safeParse(value)
  switch (data?.message_type) {
    case 'status': {
      const { files_done = 0, bytes_done = 0, total_bytes } = data
      const total = total_bytes !== undefined && total_bytes > 0 ? { totalBytes: total_bytes } : {}
      return { type: 'status', status: { files: files_done, bytes: bytes_done, ...total } }
    }
    case 'summary': {
      const addedBytes = data.data_added_packed ?? data.data_added ?? 0
      const { snapshot_id = '', total_files_processed: files = 0 } = data
      const summary = { snapshot: snapshot_id, addedBytes, files }
      return { type: 'summary', summary: { ...summary, bytes: data.total_bytes_processed ?? 0 } }
    }
    case 'error':
      return {
        type: 'problem',
        sentence: [data.item, data.error?.message].filter(Boolean).join(': '),
      }
    case 'exit_error':
      return { type: 'problem', sentence: data.message }
    case undefined:
      return undefined
  }
}

/** What was said last, whether in JSON or in words. */
export function lastSaid(lines: readonly string[]): string {
  const words = lines
    .map((text) => {
      const said = readLine(text)
      if (said) return said.type === 'problem' ? said.sentence : ''
      return text.trim()
    })
    .filter((text) => text !== '')
  const fatal = words.findLast((text) => text.startsWith('Fatal:'))
  return (fatal ?? words.at(-1) ?? '')
    .replace(/^Fatal: /, '')
    .replace(/\.$/, '')
    .slice(0, 300)
}

const versionLine = z.object({ version: z.string() })

/** Of `restic version`, as JSON since 0.17 or as words. */
export function versionIn(text: string): string | undefined {
  try {
    return versionLine.parse(JSON.parse(text)).version
  } catch {
    return /^restic v?(\d+\.\d+(?:\.\d+)?\S*)/m.exec(text)?.[1]
  }
}

export function isAtLeast(version: string, least: readonly [number, number]): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10))
  return major > least[0] || (major === least[0] && minor >= least[1])
}
