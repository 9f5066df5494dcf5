import { type PlaceInTree, placeInTree } from '../../adapters/git/work-tree.ts'

/**
 * Files that are not what was accepted (at: epoch milliseconds): what they held then, and now.
 * `mode` is that of what was accepted, where it was kept.
 */
export type DriftedOf = {
  files: readonly { file: string; sha256: string; now: string | null; mode?: number }[]
  acceptedAt: number
}

export const withinMs = 10_000

export type FileInTree = PlaceInTree & DriftedOf['files'][number]

/** Where files lie, by the root of their work tree; `outside` lie in none. */
export async function treesOf(
  files: DriftedOf['files'],
  signal: AbortSignal,
): Promise<{ trees: ReadonlyMap<string, readonly FileInTree[]>; outside: string[] }> {
  const inside: FileInTree[] = []
  const outside: string[] = []
  for (const one of files) {
    const place = await placeInTree(one.file, signal)
    if (place) inside.push({ ...one, ...place })
    else outside.push(one.file)
  }
  return { trees: Map.groupBy(inside, ({ root }) => root), outside }
}
