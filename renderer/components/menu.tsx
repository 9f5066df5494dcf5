import { useId, useRef } from 'react'
import { ChevronIcon } from './icons.tsx'

export type MenuChoice = { label: string; onChoose: () => void }

/** A button that opens a few choices. Esc and a click elsewhere close it: the browser's popover. */
export function Menu(props: { label: string; choices: readonly MenuChoice[]; disabled?: boolean }) {
  const id = useId()
  const list = useRef<HTMLUListElement>(null)
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
      <ul id={id} ref={list} popover="auto" className="menu" aria-label={props.label}>
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
