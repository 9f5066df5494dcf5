import { useEffect } from 'react'

const answersItself = 'button, a, input, select, textarea, summary'

/** Calls `onKey` when the key goes down and no control of its own takes it. */
export function useKey(key: 'Escape' | 'Enter', onKey: () => void): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key !== key || event.repeat || event.defaultPrevented) return
      const target = event.target instanceof Element ? event.target : null
      if (key === 'Enter' && target?.closest(answersItself)) return
      if (key === 'Escape' && document.querySelector(':popover-open') !== null) return
      onKey()
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [key, onKey])
}
