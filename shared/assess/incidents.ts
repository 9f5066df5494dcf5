import { comesFrom } from './causes.ts'
import { findingKey, type HeldFinding, type Incident } from './finding.ts'
import { flapFor, resolvedStaysMs } from './hold.ts'
import { byCause, familyOf } from './root-cause.ts'
import { tell } from './telling.ts'

/** A consequence may be seen before its cause: containers stop before their engine is gone. */
const consequenceLeadMs = 60_000
/** Service findings without a common cause that begin within this time are told as one. */
const burstMs = 30_000
/** Sources are looked at in turns of seconds to minutes: what broke last may be seen first. */
const chainLeadMs = 180_000
/** What begins later has another cause, unless both are about the same thing. */
const chainLagMs = 900_000

type Group = { members: HeldFinding[]; before: Incident | undefined }

/**
 * Findings with one cause, told as one.
 *
 * While anything is wrong with the place (context, home engine), there is one incident about
 * it, and everything on its engines or services that began after it, or up to a minute before,
 * is its consequence. Other findings stay in the incident in which they are, or join one of
 * their family that began within half a minute, or open their own. An incident keeps its id
 * while any of its findings lasts, also when another cause turns out to be the root.
 */
export function groupIncidents(
  held: readonly HeldFinding[],
  previous: readonly Incident[],
  now: number,
): Incident[] {
  const known = previous.map((incident) => notFromTheFuture(incident, now))
  const firing = held.filter(({ status }) => status === 'firing')
  const firingKeys = new Set(firing.map(findingKey))
  const open = group(firing, alive(known, now)).map((one) => asIncident(one))
  const openIds = new Set(open.map(({ id }) => id))
  const closed = known
    .filter(({ id }) => !openIds.has(id))
    .flatMap((incident) => close(incident, firingKeys, now))
  return [...open, ...closed]
}

/** The clock may have been set back: what ended on a day to come would be kept until then. */
function notFromTheFuture(incident: Incident, now: number): Incident {
  const { since, resolvedAt } = incident
  return {
    ...incident,
    since: Math.min(since, now),
    ...(resolvedAt !== undefined && { resolvedAt: Math.min(resolvedAt, now) }),
  }
}

/** Incidents that a finding may belong to: firing ones, and those that ended a moment ago. */
const alive = (incidents: readonly Incident[], now: number): Incident[] =>
  incidents
    .filter(
      ({ resolvedAt, cause }) => resolvedAt === undefined || now - resolvedAt <= flapFor(cause),
    )
    .sort((a, b) => a.since - b.since)

function group(firing: readonly HeldFinding[], previous: readonly Incident[]): Group[] {
  const groups: Group[] = []
  const incidentOf = (finding: HeldFinding): Incident | undefined =>
    previous.find(({ findings }) => findings.includes(findingKey(finding)))

  const place = firing.filter((finding) => familyOf(finding.code) === 'place')
  if (place.length > 0) {
    const before = oldest(place.map(incidentOf))
    groups.push({ members: place, before })
  }
  const placeGroup = groups[0]
  const placeBegan = Math.min(
    placeGroup?.before?.since ?? Number.POSITIVE_INFINITY,
    ...place.map(({ since }) => since),
  )
  const rest = firing.filter((one) => !place.includes(one))
  const inOrder = [
    ...rest.filter(incidentOf),
    ...rest.filter((one) => !incidentOf(one)).sort(byCause),
  ]

  for (const finding of inOrder) {
    const mine = incidentOf(finding)
    const began = (mine ?? finding).since
    const follows = familyOf(finding.code) !== 'apart' && began >= placeBegan - consequenceLeadMs
    const joined =
      follows || (mine && mine.id === placeGroup?.before?.id)
        ? placeGroup
        : groups.find((one) =>
            mine ? one.before?.id === mine.id : one !== placeGroup && isBurst(one, finding),
          )
    const [first, ...others] =
      joined && joined === placeGroup
        ? [joined]
        : groups.filter((one) => one === joined || (one !== placeGroup && areRelated(one, finding)))
    if (first) {
      first.members.push(finding)
      first.before = oldest([first.before, mine])
      for (const other of others) merge(groups, first, other)
    } else groups.push({ members: [finding], before: mine })
  }
  return groups
}

/** What turns out to tie two incidents together makes them one. */
function merge(groups: Group[], into: Group, other: Group): void {
  into.members.push(...other.members)
  into.before = oldest([into.before, other.before])
  groups.splice(groups.indexOf(other), 1)
}

const areRelated = ({ members }: Group, finding: HeldFinding): boolean =>
  members.some((member) => follows(finding, member) || follows(member, finding))

/** A consequence may be seen a little before its cause, and long after it only for good reason. */
function follows(consequence: HeldFinding, cause: HeldFinding): boolean {
  const how = comesFrom(consequence, cause)
  const after = consequence.since - cause.since
  if (how === undefined || after < -chainLeadMs) return false
  return how === 'same thing' || after <= chainLagMs
}

/** Findings in the chain are told together only when they say the same of several. */
function isBurst({ members, before }: Group, finding: HeldFinding): boolean {
  const family = familyOf(finding.code)
  const alike =
    family === 'chain'
      ? members.every(({ code }) => code === finding.code)
      : members.every(({ code }) => familyOf(code) === family)
  return (
    family !== 'apart' &&
    alike &&
    Math.abs((before?.since ?? members[0]?.since ?? 0) - finding.since) <= burstMs
  )
}

const oldest = (incidents: readonly (Incident | undefined)[]): Incident | undefined =>
  incidents
    .filter((incident) => incident !== undefined)
    .reduce<Incident | undefined>(
      (a, b) => (a === undefined || b.since < a.since ? b : a),
      undefined,
    )

function asIncident({ members, before }: Group): Incident {
  const [root, ...rest] = [...members].sort(byCause)
  if (root === undefined) throw new Error('an incident without a finding')
  const since = before?.since ?? Math.min(...members.map((one) => one.since))
  const severities = members.map(({ severity }) => severity)
  return {
    id: before?.id ?? `${findingKey(root)}#${since}`,
    cause: root.code,
    severity:
      (['critical', 'warning', 'unknown', 'info'] as const).find((one) =>
        severities.includes(one),
      ) ?? root.severity,
    status: 'firing',
    sentence: tell([root, ...rest]),
    since,
    findings: [root, ...rest].map(findingKey),
    remedy: root.remedy,
  }
}

/** Ended, unless its findings live on in another incident: then it is simply part of that one. */
function close(incident: Incident, firing: ReadonlySet<string>, now: number): Incident[] {
  if (incident.status === 'resolved') {
    return now - (incident.resolvedAt ?? now) < resolvedStaysMs ? [incident] : []
  }
  if (incident.findings.some((key) => firing.has(key))) return []
  return [{ ...incident, status: 'resolved', resolvedAt: now }]
}
