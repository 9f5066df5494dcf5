export function FilterField(props: {
  value: string
  shown: number
  total: number
  onChange: (value: string) => void
}) {
  return (
    <div className="filter">
      <input
        type="search"
        placeholder="Filter"
        aria-label="Filter the tables"
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
      />
      <span className="aside" role="status">
        {props.value === '' ? `${props.total} lines` : `${props.shown} of ${props.total} lines`}
      </span>
    </div>
  )
}
