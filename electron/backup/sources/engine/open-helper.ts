import { randomUUID } from 'node:crypto'
import { statusOf } from '../../../adapters/docker/engine-call.ts'
import type { HelperMount } from '../../../adapters/docker/hands/engine-hands.ts'
import type { EngineParts } from './engine-parts.ts'

export type Helper = { containerId: string; close(): Promise<void> }

/** A never-started container that reads a volume or a directory; noted before it is made. */
export async function openHelper(
  { hands, pending, engine }: EngineParts,
  mount: Omit<HelperMount, 'readOnly'>,
  signal: AbortSignal,
): Promise<Helper> {
  const id = randomUUID()
  const note = await pending.note(engine, { kind: 'remove-helper', helper: id })
  try {
    const wanted = { id, mount: { ...mount, readOnly: true } }
    const containerId = await hands.createHelper(wanted, signal)
    return {
      containerId,
      async close() {
        await hands.removeHelper(containerId)
        await note.done()
      },
    }
  } catch (error) {
    // The engine has said no; where it has said nothing, there may be a helper all the same.
    if (statusOf(error) !== undefined) await note.done()
    throw error
  }
}
