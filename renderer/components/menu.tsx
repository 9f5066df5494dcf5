import { useId, useRef } from 'react'
import { ChevronIcon } from './icons.tsx'

export type MenuChoice = { label: string; onChoose: () => void }

/** A button that opens a few choices. Esc and a click elsewhere close it: the browser's popover. */
export function Menu(props: { label: string; choices: readonly MenuChoice[]; disabled?: boolean }) {
  const id = useId()
  const list = useRef<HTMLUListElement>(null)

  function step(by: 1 | -1): void {
    const choices: Element[] = [...(list.current?.querySelectorAll('button') ?? [])]
    const at = document.activeElement === null ? -1 : choices.indexOf(document.activeElement)
    const next = choices.at((at + by) % choices.length)
    if (next instanceof HTMLElement) next.focus()
  }

  return (
    <>
      <button
        type="button"
        className="button button-plain"
        popoverTarget={id}
        disabled={props.disabled ?? false}
      >
        {props.label}
        <ChevronIcon />
      </button>
      <ul
        id={id}
        ref={list}
        popover="auto"
        className="menu"
        aria-label={props.label}
        onToggle={(event) => {
          if (event.newState === 'open') step(1)
        }}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
          event.preventDefault()
          step(event.key === 'ArrowDown' ? 1 : -1)
        }}
      >
        {props.choices.map((choice) => (
          <li key={choice.label}>
            <button
              type="button"
              className="menu-choice"
              onClick={() => {
                list.current?.hidePopover()
                choice.onChoose()
              }}
            >
              {choice.label}
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}
