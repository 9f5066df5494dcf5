import type { SnapshotFile } from '../domain/snapshot.ts'

export type FileChange = {
  component: string
  path: string
} & (
  | { change: 'added'; after: SnapshotFile }
  | { change: 'removed'; before: SnapshotFile }
  /** Another content, or another kind of thing. */
  | { change: 'changed'; before: SnapshotFile; after: SnapshotFile }
  /** The same content with another mode or owner. */
  | { change: 'mode'; before: SnapshotFile; after: SnapshotFile }
)

/**
 * What is different between two lists of files, in the order of component and path. Times do not
 * count. A directory that came or went with what is in it is told by that alone.
 */
export function diffFiles(
  before: readonly SnapshotFile[],
  after: readonly SnapshotFile[],
): FileChange[] {
  const old = new Map(before.map((file) => [keyOf(file), file]))
  const now = new Map(after.map((file) => [keyOf(file), file]))
  const changes: FileChange[] = []
  const filledBefore = filledDirectories(before)
  const filledAfter = filledDirectories(after)
  for (const [key, file] of old) {
    const { component, path } = file
    const next = now.get(key)
    if (next === undefined) {
      if (filledBefore.has(key)) continue
      changes.push({ component, path, change: 'removed', before: file })
    } else if (isOther(file, next)) {
      changes.push({ component, path, change: 'changed', before: file, after: next })
    } else if (file.mode !== next.mode || file.uid !== next.uid || file.gid !== next.gid) {
      changes.push({ component, path, change: 'mode', before: file, after: next })
    }
  }
  for (const [key, file] of now) {
    if (old.has(key) || filledAfter.has(key)) continue
    changes.push({ component: file.component, path: file.path, change: 'added', after: file })
  }
  return changes.toSorted((a, b) => inOrder(a.component, b.component) || inOrder(a.path, b.path))
}

const keyOf = ({ component, path }: Pick<SnapshotFile, 'component' | 'path'>): string =>
  `${component}\n${path}`

function isOther(a: SnapshotFile, b: SnapshotFile): boolean {
  if (a.type !== b.type) return true
  if (a.type === 'symlink') return a.linkTo !== b.linkTo
  return a.type === 'file' && (a.sizeBytes !== b.sizeBytes || !hasSameContent(a, b))
}

/** Where checksums have been lost, only what lies in the same place is known to be the same. */
const hasSameContent = (a: SnapshotFile, b: SnapshotFile): boolean =>
  a.sha256 === undefined || b.sha256 === undefined
    ? a.pack !== undefined && a.pack === b.pack && a.member === b.member
    : a.sha256 === b.sha256

/** Directories that hold something. */
function filledDirectories(files: readonly SnapshotFile[]): Set<string> {
  const filled = new Set<string>()
  for (const { component, path } of files) {
    if (path === '.') continue
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const key = keyOf({ component, path: path.slice(0, at) })
      // Whatever is above has been there too.
      if (filled.has(key)) break
      filled.add(key)
    }
    filled.add(keyOf({ component, path: '.' }))
  }
  return filled
}

const inOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
