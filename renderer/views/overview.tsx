import type { IncidentView, TimelineEntry } from '../../shared/ipc/status.ts'
import { withoutStart } from '../../shared/kit/without-start.ts'
import { Button } from '../components/button.tsx'
import { EngineMap } from '../components/engine-map.tsx'
import { EventList } from '../components/event-list.tsx'
import { StateIcon } from '../components/icons.tsx'
import { IncidentCard } from '../components/incident-card.tsx'
import { Menu } from '../components/menu.tsx'
import { VerdictBar } from '../components/verdict-bar.tsx'
import type { Actions } from '../store/actions.ts'
import { engineMap } from '../store/engine-map.ts'
import { otherPlaces } from '../store/foreseen.ts'
import {
  firingStories,
  type IncidentStory,
  looseFindings,
  mayKeepHere,
  recentNews,
  resolvedIncidents,
  type StackStatus,
  verdictInView,
} from '../store/selectors.ts'
import {
  clockWords,
  durationWords,
  evidenceWords,
  findingWords,
  healthWords,
  momentWords,
  severityWords,
} from '../store/wording.ts'
import { useNow } from './use-now.ts'

export type OverviewProps = {
  status: StackStatus
  timeline: readonly TimelineEntry[]
  connected: boolean
  asking: boolean
  actions: Actions
}

function Story(props: {
  story: IncidentStory
  status: StackStatus
  asking: boolean
  now: number
  actions: Actions
}) {
  const { story, status, now, actions } = props
  const { incident } = story
  const lasts = durationWords(now - Date.parse(incident.since))
  return (
    <IncidentCard
      {...story}
      cause={story.cause && { ...story.cause, evidence: evidenceWords(story.cause.evidence, now) }}
      title={findingWords(incident.cause)}
      sentence={withoutStart(incident.sentence, status.sentence)}
      severityWord={severityWords[incident.severity]}
      since={`since ${momentWords(incident.since, now)}, ${lasts}`}
      {...(incident.snoozedUntil === undefined
        ? {}
        : { snoozed: `Snoozed until ${momentWords(incident.snoozedUntil, now)}.` })}
      nameOf={(finding) => findingWords(finding.code)}
      mayKeep={mayKeepHere(status, incident)}
      busy={props.asking}
      onRemedy={(remedy) => void actions.review(status.stack, remedy.intent)}
      onRecover={() => void actions.review(status.stack, { kind: 'recover' })}
      onKeep={() => void actions.review(status.stack, { kind: 'keep-here' })}
      onSnooze={(until) => void actions.snooze(incident.id, until)}
      onRunbook={() =>
        void actions.readRunbook(
          incident.remedy.kind === 'runbook' ? incident.remedy.code : incident.cause,
        )
      }
    />
  )
}

function Loose({ status }: { status: StackStatus }) {
  const findings = looseFindings(status)
  if (findings.length === 0) return null
  return (
    <section className="card" aria-label="Looking closer">
      <h2 className="card-title">Looking closer</h2>
      <ul className="findings">
        {findings.map((finding) => (
          <li key={`${finding.code}@${finding.subject}`} className="finding">
            <StateIcon state={finding.severity} size={14} />
            <div>
              <p className="finding-name">{findingWords(finding.code)}</p>
              <p>{finding.sentence}</p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Resolved({ incidents, now }: { incidents: readonly IncidentView[]; now: number }) {
  if (incidents.length === 0) return null
  return (
    <section className="card" aria-label="Resolved">
      <h2 className="card-title">Resolved</h2>
      <ul className="resolved">
        {incidents.map((incident) => (
          <li key={incident.id}>
            <StateIcon state="ok" size={14} />
            <div>
              <p>{incident.sentence}</p>
              <p className="aside">
                {momentWords(incident.since, now)}
                {incident.resolvedAt !== undefined &&
                  ` to ${clockWords(incident.resolvedAt)}, lasted ${durationWords(
                    Date.parse(incident.resolvedAt) - Date.parse(incident.since),
                  )}`}
              </p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Recently({ timeline, now }: { timeline: readonly TimelineEntry[]; now: number }) {
  const newest = recentNews(timeline)
  if (newest.length === 0) return null
  return (
    <section className="card" aria-label="Recently">
      <h2 className="card-title">Recently</h2>
      <EventList
        lines={newest.map((entry, index) => ({
          key: `${entry.at} ${index}`,
          time: momentWords(entry.at, now),
          kind: entry.kind,
          sentence: entry.sentence,
          stack: null,
        }))}
      />
    </section>
  )
}

function Telling({ asking, actions }: { asking: boolean; actions: Actions }) {
  return (
    <section className="card telling" aria-label="Notifications">
      <h2 className="card-title">Notifications</h2>
      <Button disabled={asking} onPress={() => void actions.sendTestNotice()}>
        Send a test notification
      </Button>
    </section>
  )
}

/** From here a person asks what a move would break, before anything is moved. */
function Elsewhere(props: { status: StackStatus; asking: boolean; actions: Actions }) {
  const { status, asking, actions } = props
  const places = otherPlaces(status)
  if (places.length === 0) return null
  return (
    <Menu
      label="What would break on…"
      disabled={asking}
      choices={places.map((name) => ({
        label: name,
        onChoose: () => void actions.simulate(status.stack, name),
      }))}
    />
  )
}

export function Overview({ status, timeline, connected, asking, actions }: OverviewProps) {
  const now = useNow(10)
  const verdict = verdictInView(status, connected)
  const stories = firingStories(status)
  const ofStack = timeline.filter((entry) => entry.stack === null || entry.stack === status.stack)
  return (
    <div className="overview">
      <VerdictBar {...verdict} word={healthWords[verdict.health]} />
      <div className="columns">
        <div className="stories">
          {stories.map((story) => (
            <Story
              key={story.incident.id}
              story={story}
              status={status}
              asking={asking}
              now={now}
              actions={actions}
            />
          ))}
          <Loose status={status} />
          <Resolved incidents={resolvedIncidents(status)} now={now} />
          {stories.length === 0 && <Recently timeline={ofStack} now={now} />}
          <Telling asking={asking} actions={actions} />
        </div>
        <EngineMap
          {...engineMap(status)}
          below={<Elsewhere status={status} asking={asking} actions={actions} />}
        />
      </div>
    </div>
  )
}
