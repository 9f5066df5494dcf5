import { shortId } from '../../../shared/domain/short-id.ts'
import type { Repository } from '../repository/repository.ts'

/** A file of JSON that an export kept in a snapshot. Rejects where it is not in it any more. */
export async function snapshotDocument(
  repository: Repository,
  { snapshot, component, path }: { snapshot: string; component: string; path: string },
  signal: AbortSignal,
): Promise<unknown> {
  const file = (await repository.files(snapshot)).find(
    (one) => one.component === component && one.path === path && one.type === 'file',
  )
  if (!file) throw new Error(`${component}/${path} is not in snapshot ${shortId(snapshot)}.`)
  const chunks: Buffer[] = []
  await repository.read(
    [file],
    async (_file, content) => {
      for await (const chunk of content) chunks.push(chunk)
    },
    signal,
  )
  return JSON.parse(Buffer.concat(chunks).toString('utf8'))
}
