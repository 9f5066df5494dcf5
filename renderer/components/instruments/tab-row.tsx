import { useRef } from 'react'
import type { Health } from '../../../shared/ipc/status.ts'
import { StateIcon } from '../icons.tsx'

export type TabFace<N extends string> = {
  name: N
  label: string
  mark?: { state: Health; word: string }
}

/** One stop for the keyboard; the arrows walk inside, Home and End go to the ends. */
export function TabRow<N extends string>(props: {
  label: string
  tabs: readonly TabFace<N>[]
  current: string
  onChoose: (name: N) => void
}) {
  const row = useRef<HTMLElement>(null)
  const { tabs, current } = props
  const stop = tabs.some(({ name }) => name === current) ? current : tabs[0]?.name

  function walk(key: string): boolean {
    const faces: HTMLElement[] = [...(row.current?.querySelectorAll('button') ?? [])]
    const active = document.activeElement
    const at = active instanceof HTMLElement ? faces.indexOf(active) : -1
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[key]
    if (to === undefined) return false
    faces.at(to % faces.length)?.focus()
    return true
  }

  return (
    <nav
      ref={row}
      className="tabs"
      aria-label={props.label}
      onKeyDown={(event) => {
        if (walk(event.key)) event.preventDefault()
      }}
    >
      {tabs.map(({ name, label, mark }) => (
        <button
          key={name}
          type="button"
          className="tab"
          tabIndex={name === stop ? 0 : -1}
          aria-current={name === current ? 'page' : undefined}
          onClick={() => props.onChoose(name)}
        >
          {label}
          {mark !== undefined && (
            <span className="tab-mark">
              <StateIcon state={mark.state} size={12} />
              <span className="unseen">{`, ${mark.word}`}</span>
            </span>
          )}
        </button>
      ))}
    </nav>
  )
}
