import type { Readable } from 'node:stream'
import type { PackMember } from '../../adapters/archive/pack-member.ts'
import { type TarItem, writeTar } from '../../adapters/archive/tar-writer.ts'
import { inOrder, type Tree, type TreeEntry } from './tree.ts'

/**
 * A tree as a tar stream, every name below `prefix`. Breaks where a file is not what it was: then
 * the stream has no end, and whoever unpacks it knows.
 */
export function tarOfTree(tree: Tree, prefix: string, signal: AbortSignal): Readable {
  const reading = new AbortController()
  const stream = writeTar(itemsOf(tree, prefix, AbortSignal.any([signal, reading.signal])))
  // Nobody takes any more: whoever reads the files must not wait for ever.
  stream.once('close', () => reading.abort())
  return stream
}

async function* itemsOf(tree: Tree, prefix: string, signal: AbortSignal): AsyncGenerator<TarItem> {
  const member = (entry: TreeEntry) => memberOf(entry, prefix)
  for (const entry of inOrder(tree.entries, 'directory')) yield { member: member(entry) }

  const files = handedOver(tree, signal)
  for await (const { entry, content } of files) yield { member: member(entry), content }

  for (const entry of inOrder(tree.entries, 'symlink')) yield { member: member(entry) }
}

type Given = { entry: TreeEntry; content: Readable }

/** Files come when their pack gives them, and the next one when the last one has been taken. */
async function* handedOver(tree: Tree, signal: AbortSignal): AsyncGenerator<Given> {
  let given = Promise.withResolvers<Given | undefined>()
  let taken: (() => void) | undefined
  signal.addEventListener('abort', () => taken?.(), { once: true })
  const reading = tree.read(async (entry, content) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    taken = resolve
    given.resolve({ entry, content })
    await promise
    signal.throwIfAborted()
  }, signal)
  reading.then(
    () => given.resolve(undefined),
    (error) => {
      given.promise.catch(() => undefined)
      given.reject(error)
    },
  )
  for (;;) {
    const next = await given.promise
    if (next === undefined) return
    yield next
    given = Promise.withResolvers()
    taken?.()
  }
}

const memberOf = (entry: TreeEntry, prefix: string): PackMember => ({
  name: entry.path === '.' ? prefix : `${prefix}/${entry.path}`,
  type: entry.type,
  mode: entry.mode,
  uid: entry.uid,
  gid: entry.gid,
  mtimeSeconds: entry.mtimeSeconds,
  sizeBytes: entry.type === 'file' ? entry.sizeBytes : 0,
  ...(entry.linkTo !== undefined && { linkTo: entry.linkTo }),
})
