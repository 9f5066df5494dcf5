import type { ReactNode } from 'react'

/** A label above a value, as on the front of an instrument. */
export function Readout(props: { label: string; children: ReactNode; tone?: 'critical' }) {
  return (
    <div className={`readout ${props.tone === undefined ? '' : `readout-${props.tone}`}`}>
      <dt>{props.label}</dt>
      <dd>{props.children}</dd>
    </div>
  )
}
