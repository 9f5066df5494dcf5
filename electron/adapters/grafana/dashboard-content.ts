import { sha256Of } from '../disk/content-hash.ts'

/** A dashboard as its JSON stands in Grafana. */
export type DashboardModel = Record<string, unknown>

/** Titles of the panels by which one dashboard differs from another. */
export type PanelChanges = { added: string[]; removed: string[]; changed: string[] }

/** What is counted up or given out by each Grafana for itself. */
const itsOwn = ['id', 'version']

/** The same for the same dashboard, in whatever Grafana and however often it was saved. */
export function hashOfDashboard(model: DashboardModel): string {
  const rest = Object.entries(model).filter(([key]) => !itsOwn.includes(key))
  return sha256Of(stable(Object.fromEntries(rest)))
}

/** JSON with its keys in order. */
function stable(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stable).join(',')}]`
  if (!isRecord(value)) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${stable(one)}`).join(',')}}`
}

export const titleOf = ({ title, uid }: DashboardModel): string =>
  typeof title === 'string' && title !== '' ? title : String(uid)

export function panelChanges(
  before: DashboardModel | undefined,
  after: DashboardModel,
): PanelChanges {
  const [old, next] = [before ? panelsIn(before) : new Map<string, Panel>(), panelsIn(after)]
  const titles = (some: readonly Panel[]) => some.map(({ title }) => title)
  return {
    added: titles([...next].flatMap(([key, one]) => (old.has(key) ? [] : [one]))),
    removed: titles([...old].flatMap(([key, one]) => (next.has(key) ? [] : [one]))),
    changed: titles(
      [...next].flatMap(([key, one]) => {
        const was = old.get(key)
        return was !== undefined && was.content !== one.content ? [one] : []
      }),
    ),
  }
}

type Panel = { title: string; content: string }

/** By ID, also those in rows, folded or of the old kind; rows are none. */
function panelsIn(model: DashboardModel): Map<string, Panel> {
  const panels = new Map<string, Panel>()
  const add = (list: unknown) => {
    for (const one of Array.isArray(list) ? list.filter(isRecord) : []) {
      if (one['type'] === 'row' || !('type' in one)) {
        add(one['panels'])
        continue
      }
      const { id, title } = one
      const key = String(id ?? `at ${panels.size}`)
      const named = typeof title === 'string' && title !== '' ? title : `panel ${key}`
      panels.set(key, { title: named, content: stable(one) })
    }
  }
  add(model['panels'])
  add(model['rows'])
  return panels
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
