export type LinePlotProps = {
  label: string
  value: string
  /** What the upper edge stands for. */
  top: string
  /** How much of the past it shows. */
  span?: string
  paths: readonly string[]
  width: number
  height: number
}

/**
 * One quantity over time, by default the last hour. No chart library: it is one line without axes, zoom or
 * pointer, and must leave a gap where nobody knows, which libraries like to bridge.
 */
export function LinePlot(props: LinePlotProps) {
  const { label, value, top, span = 'last hour', paths, width, height } = props
  return (
    <figure className="plot">
      <figcaption>
        <span className="plot-label">{label}</span>
        <span className={value === 'unknown' ? 'plot-value tone-unknown' : 'plot-value'}>
          {value}
        </span>
      </figcaption>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${label}, ${span}, now ${value}`}
      >
        <path className="plot-edge" d={`M0 0.5H${width}`} />
        <path className="plot-base" d={`M0 ${height - 0.5}H${width}`} />
        {paths.map((path) => (
          <path key={path.slice(0, 24)} className="plot-line" d={path} />
        ))}
      </svg>
      <span className="plot-top">{paths.length === 0 ? 'nothing known' : `top ${top}`}</span>
    </figure>
  )
}
