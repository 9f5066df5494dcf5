import { Button } from '../button.tsx'
import { StepIcon } from '../icons.tsx'
import { Readout } from '../readout.tsx'

export type RunProgressProps = {
  title: string
  what: string
  percent?: number
  facts: readonly { label: string; value: string }[]
  disabled: boolean
  onCancel: () => void
}

/** Work that goes on. Numbers that change each second are not read out; what is done is. */
export function RunProgress(props: RunProgressProps) {
  const { title, what, percent, facts } = props
  return (
    <section className="card run" aria-label="Going on now">
      <header className="run-head">
        <StepIcon glyph="running" />
        <p role="status">
          <strong>{title}</strong> <span className="run-what">{what}</span>
        </p>
        {percent !== undefined && <span className="run-percent">{percent} %</span>}
        <Button disabled={props.disabled} onPress={props.onCancel}>
          Cancel
        </Button>
      </header>
      <progress
        className="run-bar"
        aria-label={title}
        max={100}
        {...(percent !== undefined && { value: percent })}
      />
      <dl className="run-facts">
        {facts.map(({ label, value }) => (
          <Readout key={label} label={label}>
            {value}
          </Readout>
        ))}
      </dl>
    </section>
  )
}
