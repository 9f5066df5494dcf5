/** Whether what was edited in Grafana elsewhere is imported into home's. */
export function CarryDashboards(props: {
  titles: readonly string[]
  carried: boolean
  /** Another plan is being made. */
  planning: boolean
  onChoose: (carried: boolean) => void
}) {
  const { titles, carried, planning, onChoose } = props
  return (
    <div className="files-from">
      <label className="check">
        <input
          type="checkbox"
          checked={carried}
          onChange={({ target }) => onChoose(target.checked)}
        />
        Import {titles.map((title) => `“${title}”`).join(', ')} into Grafana at home
      </label>
      <span className="aside" role="status">
        {planning ? 'Planning anew.' : ''}
      </span>
    </div>
  )
}
