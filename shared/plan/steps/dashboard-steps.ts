import { z } from 'zod'
import { shortId } from '../../domain/short-id.ts'
import { stepKind } from './step-kind.ts'

const text = z.string()

/** A folder of Grafana; null is the one at the top. */
export const dashboardFolderSchema = z.strictObject({ uid: text, title: text }).nullable()

/** Titles of panels. */
export const panelChangesSchema = z.strictObject({
  added: z.array(text),
  removed: z.array(text),
  changed: z.array(text),
})
export type PanelChanges = z.infer<typeof panelChangesSchema>

/** Which dashboard of which Grafana, and where snapshots keep it. */
const whichDashboard = {
  stack: text,
  project: text,
  service: text,
  url: text,
  uid: text,
  title: text,
  component: text,
  path: text,
}

const awayDashboard = z.strictObject({
  uid: text,
  title: text,
  /** Of its content where it was edited. */
  sha256: text,
  /** Of what home had; null where it had none, or nobody knows. */
  home: text.nullable(),
})
export type AwayDashboard = z.infer<typeof awayDashboard>

const counted = (count: number, what: string): string[] =>
  count === 0 ? [] : [`${count} ${count === 1 ? 'panel' : 'panels'} ${what}`]

function panelsInWords({ added, changed, removed }: PanelChanges): string {
  const words = [
    ...counted(added.length, 'added'),
    ...counted(changed.length, 'changed'),
    ...counted(removed.length, 'removed'),
  ]
  return words.length === 0 ? 'the same panels' : words.join(', ')
}

/** What comes, changes and goes of a dashboard, a line each. */
export const panelLines = ({ added, changed, removed }: PanelChanges): string[] => [
  ...added.map((title) => `added: ${title}`),
  ...changed.map((title) => `changed: ${title}`),
  ...removed.map((title) => `removed: ${title}`),
]

const quotedTitles = (some: readonly { title: string }[]): string =>
  some.map(({ title }) => `“${title}”`).join(', ')

/** What is done with single dashboards, over Grafana's API. */
export const dashboardSteps = {
  /** Saved over the version that the plan saw alone; its JSON from before is kept. */
  RestoreDashboard: stepKind(
    'RestoreDashboard',
    {
      ...whichDashboard,
      snapshot: text,
      folder: dashboardFolderSchema,
      /** Of the content that it will have. */
      sha256: text,
      /** Of the content that it had when the plan was made; null where there was none. */
      replaces: text.nullable(),
      panels: panelChangesSchema,
    },
    ({ title, uid, service, snapshot, replaces, panels }) =>
      replaces === null
        ? `make dashboard “${title}” (${uid}) in ${service} as in snapshot ${shortId(snapshot)}`
        : `replace dashboard “${title}” (${uid}) in ${service} by that of snapshot ${shortId(snapshot)}: ${panelsInWords(panels)}`,
  ),

  /** One that the restore which is being undone had made; what somebody has changed since stays. */
  RemoveDashboard: stepKind(
    'RemoveDashboard',
    { ...whichDashboard, sha256: text },
    ({ title, uid, service }) => `delete dashboard “${title}” (${uid}) from ${service}`,
  ),

  /** Writes dashboards of a Grafana that runs elsewhere into the operation's directory. */
  SaveDashboards: stepKind(
    'SaveDashboards',
    {
      stack: text,
      endpoint: text,
      engineId: text,
      containerId: text,
      container: text,
      service: text,
      url: text,
      /** The engine in words. */
      from: text,
      dashboards: z.array(awayDashboard),
      /** Titles of those that home could import. */
      offered: z.array(text),
    },
    ({ service, from, dashboards }) =>
      `keep ${quotedTitles(dashboards)} as ${service} on ${from} has ${dashboards.length === 1 ? 'it' : 'them'}`,
  ),

  /** Imports what was saved from the container `savedFrom`; what home has changed since stays. */
  CarryDashboards: stepKind(
    'CarryDashboards',
    {
      stack: text,
      project: text,
      service: text,
      url: text,
      savedFrom: text,
      from: text,
      dashboards: z.array(awayDashboard),
      seconds: z.number(),
    },
    ({ service, from, dashboards }) =>
      `import ${quotedTitles(dashboards)} from ${from} into ${service}`,
  ),
}
