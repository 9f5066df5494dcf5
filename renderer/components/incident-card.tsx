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
  /** Set while the incident is snoozed. */
  snoozed?: string
  nameOf: (finding: FindingView) => string
  mayKeep: boolean
  busy: boolean
  onRemedy: (remedy: IncidentView['remedy'] & { kind: 'plan' }) => void
  onKeep: () => void
  onSnooze: (until: '1h' | 'tomorrow' | 'off') => void
  onMove: (hours: number) => void
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
  const { remedy } = incident
  return (
    <div className="choices">
      {remedy.kind === 'plan' && (
        <Button look="primary" disabled={busy} onPress={() => props.onRemedy(remedy)}>
          {remedy.label}
        </Button>
      )}
      {remedy.kind === 'runbook' && (
        <Button look="primary" onPress={props.onRunbook}>
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
      {props.mayKeep && (
        <Menu
          label="I am moving…"
          disabled={busy}
          choices={[1, 4, 8].map((hours) => ({
            label: hours === 1 ? 'For 1 hour' : `For ${hours} hours`,
            onChoose: () => props.onMove(hours),
          }))}
        />
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
      <p className="incident-sentence">{incident.sentence}</p>
      {cause !== undefined && cause.sentence !== incident.sentence && (
        <p className="incident-cause">
          <span className="label">Cause</span> {cause.sentence}
        </p>
      )}
      <Choices {...props} />
      {cause !== undefined && <Evidence evidence={cause.evidence} />}
      <OtherFindings others={props.others} nameOf={props.nameOf} />
    </article>
  )
}
