import type { FindingView, IncidentView } from '../../shared/ipc/status.ts'
import { Button } from './button.tsx'
import { Evidence } from './evidence.tsx'
import { StateIcon } from './icons.tsx'
import { Menu } from './menu.tsx'

export type IncidentCardProps = {
  incident: IncidentView
  cause: FindingView | undefined
  others: readonly FindingView[]
  title: string
  severityWord: string
  since: string
  /** What the incident says more than the verdict above it; empty when that is all. */
  sentence: string
  /** Set while the incident is snoozed. */
  snoozed?: string
  nameOf: (finding: FindingView) => string
  mayKeep: boolean
  busy: boolean
  onRemedy: (remedy: IncidentView['remedy'] & { kind: 'plan' }) => void
  onRecover: () => void
  onKeep: () => void
  onSnooze: (until: '1h' | 'tomorrow' | 'off') => void
  onRunbook: () => void
}

function OtherFindings(props: Pick<IncidentCardProps, 'others' | 'nameOf'>) {
  if (props.others.length === 0) return null
  const count = props.others.length
  return (
    <details className="inside">
      <summary>{count === 1 ? '1 more finding inside' : `${count} more findings inside`}</summary>
      <ul className="findings">
        {props.others.map((finding) => (
          <li key={`${finding.code}@${finding.subject}`} className="finding">
            <StateIcon state={finding.severity} size={14} />
            <div>
              <p className="finding-name">{props.nameOf(finding)}</p>
              <p>{finding.sentence}</p>
            </div>
          </li>
        ))}
      </ul>
    </details>
  )
}

function Choices(props: IncidentCardProps) {
  const { incident, busy } = props
  const { remedy, recovers } = incident
  const look = recovers ? {} : { look: 'primary' as const }
  return (
    <div className="choices">
      {recovers && (
        <Button look="primary" disabled={busy} onPress={props.onRecover}>
          Recover…
        </Button>
      )}
      {remedy.kind === 'plan' && (
        <Button {...look} disabled={busy} onPress={() => props.onRemedy(remedy)}>
          {remedy.label}
        </Button>
      )}
      {remedy.kind === 'runbook' && (
        <Button {...look} onPress={props.onRunbook}>
          Runbook
        </Button>
      )}
      {props.mayKeep && (
        <Button disabled={busy} onPress={props.onKeep}>
          Keep here…
        </Button>
      )}
      {props.snoozed === undefined ? (
        <Menu
          label="Snooze"
          disabled={busy}
          choices={[
            { label: 'For 1 hour', onChoose: () => props.onSnooze('1h') },
            { label: 'Until tomorrow', onChoose: () => props.onSnooze('tomorrow') },
          ]}
        />
      ) : (
        <Button disabled={busy} onPress={() => props.onSnooze('off')}>
          End snooze
        </Button>
      )}
      {remedy.kind !== 'runbook' && (
        <Button look="quiet" onPress={props.onRunbook}>
          Runbook
        </Button>
      )}
    </div>
  )
}

export function IncidentCard(props: IncidentCardProps) {
  const { incident, cause } = props
  const evidence = Object.entries(cause?.evidence ?? {}).filter(
    ([, value]) => !incident.sentence.includes(value),
  )
  return (
    <article className={`card incident incident-${incident.severity}`} aria-label={props.title}>
      <header className="incident-head">
        <StateIcon state={incident.severity} size={20} />
        <h2 className="incident-title">{props.title}</h2>
        <p className="incident-since">
          <span className={`tone-${incident.severity}`}>{props.severityWord}</span>
          {` · ${props.since}`}
        </p>
      </header>
      {props.snoozed !== undefined && <p className="snoozed">{props.snoozed}</p>}
      {props.sentence !== '' && <p className="incident-sentence">{props.sentence}</p>}
      <Choices {...props} />
      <Evidence evidence={Object.fromEntries(evidence)} />
      <OtherFindings others={props.others} nameOf={props.nameOf} />
    </article>
  )
}
