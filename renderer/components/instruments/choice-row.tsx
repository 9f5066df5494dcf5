/** A few words of which one is chosen. */
export function ChoiceRow<N extends string>(props: {
  label: string
  choices: readonly { name: N; label: string }[]
  chosen: N
  onChoose: (name: N) => void
}) {
  return (
    <fieldset className="choice-row">
      <legend className="unseen">{props.label}</legend>
      {props.choices.map(({ name, label }) => (
        <button
          key={name}
          type="button"
          className="choice"
          aria-pressed={name === props.chosen}
          onClick={() => props.onChoose(name)}
        >
          {label}
        </button>
      ))}
    </fieldset>
  )
}
