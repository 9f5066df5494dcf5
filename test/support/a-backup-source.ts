import { Readable } from 'node:stream'
import type { BackupSource, Packing, SourceItem } from '../../electron/backup/sources/source.ts'

export type SomeFiles = Readonly<Record<string, string | Uint8Array>>

export const aFile = (
  path: string,
  content: string | Uint8Array,
  other: Partial<SourceItem> = {},
): SourceItem => {
  const bytes = Buffer.from(content as string)
  return {
    path,
    type: 'file',
    mode: 0o640,
    uid: 65534,
    gid: 0,
    mtimeSeconds: 1_700_000_000.25,
    sizeBytes: bytes.length,
    open: () => Readable.from(bytes.length > 0 ? [bytes] : [], { objectMode: false }),
    ...other,
  }
}

export const aDirectory = (path: string, mode = 0o750): SourceItem => ({
  path,
  type: 'directory',
  mode,
  uid: 65534,
  gid: 65534,
  mtimeSeconds: 1_600_000_000,
  sizeBytes: 0,
})

export const aLink = (path: string, linkTo: string): SourceItem => ({
  path,
  type: 'symlink',
  mode: 0o777,
  uid: 0,
  gid: 0,
  mtimeSeconds: 1_600_000_000.5,
  sizeBytes: 0,
  linkTo,
})

/** A part of a snapshot that is made of what stands here. */
export function aBackupSource(
  items: readonly SourceItem[] | SomeFiles,
  is: {
    id?: string
    packing?: Packing
    gaps?: readonly string[]
    breaks?: Error
    onClose?: () => void
  } = {},
): BackupSource {
  const id = is.id ?? 'volume:data'
  const list = Array.isArray(items)
    ? (items as readonly SourceItem[])
    : Object.entries(items as SomeFiles).map(([path, content]) => aFile(path, content))
  return {
    id,
    kind: 'volume',
    title: `Volume ${id}`,
    packing: is.packing ?? 'new-files',
    open: async () => ({
      consistency: 'stopped',
      facts: { driver: 'local' },
      items: (async function* () {
        yield* list
        if (is.breaks) throw is.breaks
      })(),
      gaps: () => is.gaps ?? [],
      close: async () => is.onClose?.(),
    }),
  }
}
