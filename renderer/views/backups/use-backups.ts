import { useEffect, useRef } from 'react'
import type { Actions } from '../../store/actions.ts'

/** Asks when the page opens and after each change, at most once a second. */
export function useBackups(stack: string, revision: number | undefined, actions: Actions): void {
  const lastAsked = useRef(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new revision is what asks again
  useEffect(() => {
    const wait = Math.max(0, lastAsked.current + 1000 - Date.now())
    const timer = setTimeout(() => {
      lastAsked.current = Date.now()
      void actions.readBackups(stack)
    }, wait)
    return () => clearTimeout(timer)
  }, [stack, revision, actions])
}
