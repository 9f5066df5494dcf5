import { useId } from 'react'

/** What needs care is said yes to by a word that has to be typed. Enter in here does nothing. */
export function TypedName(props: {
  word: string
  typed: string
  disabled: boolean
  onType: (typed: string) => void
}) {
  const id = useId()
  return (
    <div className="typed-name">
      <label htmlFor={id}>
        Type <strong>{props.word}</strong> to carry this out
      </label>
      <input
        id={id}
        type="text"
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        value={props.typed}
        disabled={props.disabled}
        onChange={({ target }) => props.onType(target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.preventDefault()
        }}
      />
    </div>
  )
}
