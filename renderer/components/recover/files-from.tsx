type Choice = { value: string; label: string }

/** Where the configuration that a recovery puts back comes from. */
export function FilesFrom(props: {
  choices: readonly Choice[]
  chosen: string
  /** Another plan is being made. */
  planning: boolean
  onChoose: (value: string) => void
}) {
  const { choices, chosen, planning, onChoose } = props
  return (
    <div className="files-from">
      <label className="field field-row">
        Configuration from
        <select value={chosen} onChange={({ target }) => onChoose(target.value)}>
          {choices.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <span className="aside" role="status">
        {planning ? 'Planning anew.' : ''}
      </span>
    </div>
  )
}
