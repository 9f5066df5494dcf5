import { useEffect, useState } from 'react'
import type { UndoableView } from '../../../shared/ipc/contract.ts'
import type { Actions } from '../../store/actions.ts'

/** Restores of a stack that can still be undone; asked for again when `version` is another. */
export function useUndoable(
  stack: string,
  version: string | number | undefined,
  actions: Actions,
): readonly UndoableView[] {
  const [undoable, setUndoable] = useState<readonly UndoableView[]>([])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version says when to ask again
  useEffect(() => {
    let isShown = true
    void actions.readUndoable(stack).then((reply) => {
      if (isShown && reply) setUndoable(reply.undoable)
    })
    return () => {
      isShown = false
    }
  }, [actions, stack, version])
  return undoable
}
