import { type Document, isMap, isNode, isScalar, isSeq, type LineCounter } from 'yaml'

export type Position = { line: number; column: number }

/**
 * Where in the text a path is: its value, or its key with `at: 'key'`. What is not in the
 * text is looked for at the nearest ancestor that is.
 */
export function positionOf(
  document: Document,
  lines: LineCounter,
  path: readonly PropertyKey[],
  at: 'key' | 'value' = 'value',
): Position {
  let node: unknown = document.contents
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0
  for (const [depth, key] of path.entries()) {
    const last = depth === path.length - 1
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isScalar(item.key) && String(item.key.value) === String(key),
      )
      if (!pair) break
      const wanted: unknown = last && at === 'value' && isScalar(pair.value) ? pair.value : pair.key
      if (isNode(wanted) && wanted.range) offset = wanted.range[0]
      node = pair.value
    } else if (isSeq(node)) {
      node = node.items[Number(key)]
      if (!isNode(node)) break
      offset = node.range?.[0] ?? offset
    } else break
  }
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(line, 1), column: Math.max(col, 1) }
}
