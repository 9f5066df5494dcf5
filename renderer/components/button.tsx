import type { ReactNode } from 'react'

export type ButtonProps = {
  children: ReactNode
  onPress: () => void
  look?: 'primary' | 'plain' | 'quiet'
  disabled?: boolean
  /** Takes the keyboard when it appears, so that Enter presses it. */
  first?: boolean
}

/** A held-down Enter never presses: the button under it may be a new one. */
export function Button({ children, onPress, look = 'plain', disabled, first }: ButtonProps) {
  return (
    <button
      type="button"
      className={`button button-${look}`}
      disabled={disabled ?? false}
      // biome-ignore lint/a11y/noAutofocus: the review is reached by a press and answers to Enter
      autoFocus={first ?? false}
      onClick={onPress}
      onKeyDown={(event) => {
        if (event.repeat && event.key === 'Enter') event.preventDefault()
      }}
    >
      {children}
    </button>
  )
}
