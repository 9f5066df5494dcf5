import type { Intent } from '../../shared/domain/intent.ts'
import type { BackupRun } from '../../shared/ipc/backup-view.ts'
import type { Mirror } from '../../shared/ipc/contract.ts'
import type { Health, IncidentView } from '../../shared/ipc/status.ts'
import { dayAndTime } from '../../shared/kit/day-and-time.ts'
import { worstHealth } from '../sentinel/tell/changes.ts'

// What the tray shows, as a value: two equal values need no update, and a test needs no tray.

export type TrayDeed =
  | { kind: 'carry-out'; stack: string; intent: Intent }
  | { kind: 'review'; stack: string }
  | { kind: 'recover'; stack: string }
  | { kind: 'open-operation'; operation: string }
  | { kind: 'snooze'; incidents: readonly string[]; until: '1h' | 'tomorrow' | 'off' }
  | { kind: 'move'; hours: number }
  | { kind: 'cancel-countdown' }
  | { kind: 'start-with-session'; on: boolean }
  | { kind: 'back-up'; stack: string }
  | { kind: 'cancel-backup' }
  | { kind: 'notify-test' }
  | { kind: 'open' }
  | { kind: 'quit' }

export type TrayItem =
  | { kind: 'line'; label: string }
  | { kind: 'separator' }
  | { kind: 'deed'; label: string; deed: TrayDeed }
  | { kind: 'choice'; label: string; on: boolean; deed: TrayDeed }
  | { kind: 'submenu'; label: string; items: readonly TrayItem[] }

export type TrayModel = { health: Health; tooltip: string; menu: readonly TrayItem[] }

/** `startsWithSession` is undefined where that is not ours to choose. */
export function trayModel(mirror: Mirror, now: number, startsWithSession?: boolean): TrayModel {
  const health = worstHealth(mirror.stacks.map((stack) => stack.health))
  const told = mirror.stacks.find((stack) => stack.health === health)
  const sentence = told?.sentence ?? 'Odin Sentinel has not looked yet.'
  const tooltip = `${mirror.demo ? 'DEMO: ' : ''}${sentence}`
  const separator: TrayItem = { kind: 'separator' }
  const menu: TrayItem[] = [{ kind: 'line', label: tooltip }, separator]
  const contexts = contextLines(mirror)
  if (contexts.length > 0) menu.push(...contexts, separator)
  const remedies = remedyItems(mirror)
  if (remedies.length > 0) menu.push(...remedies, separator)
  const backups = backupItems(mirror, now)
  if (backups.length > 0) menu.push(...backups, separator)
  menu.push(
    ...snoozeItems(mirror),
    movingItem(mirror),
    separator,
    { kind: 'deed', label: 'Send a test notification', deed: { kind: 'notify-test' } },
    ...startItem(startsWithSession),
    { kind: 'deed', label: 'Open Odin Sentinel', deed: { kind: 'open' } },
    { kind: 'deed', label: 'Quit', deed: { kind: 'quit' } },
  )
  return { health, tooltip, menu }
}

function contextLines(mirror: Mirror): TrayItem[] {
  const current = new Set(mirror.stacks.flatMap((stack) => stack.current?.context ?? []))
  const home = new Set(mirror.stacks.flatMap((stack) => stack.home?.context ?? []))
  const reached = mirror.stacks.flatMap((stack) => stack.engines.flatMap((one) => one.contexts))
  const names = [...new Set([...home, ...current, ...reached])].sort()
  return names.map((name) => {
    const marks = [current.has(name) ? 'current' : [], home.has(name) ? 'home' : []].flat()
    const sign = current.has(name) ? '●' : '○'
    return { kind: 'line', label: `${sign} ${name}${marks.length ? ` (${marks.join(', ')})` : ''}` }
  })
}

/** Each way out that Sentinel offers now, once. A start of Docker Desktop is reviewed first. */
function remedyItems(mirror: Mirror): TrayItem[] {
  const items: TrayItem[] = []
  if (mirror.countdown) {
    items.push({
      kind: 'deed',
      label: 'Do not switch back by itself',
      deed: { kind: 'cancel-countdown' },
    })
  }
  if (mirror.operation?.outcome === 'running') {
    return [...items, { kind: 'line', label: `Running: ${mirror.operation.title}` }]
  }
  for (const { id, title, ways } of mirror.openOperations ?? []) {
    items.push(
      { kind: 'line', label: `An operation waits: ${title}` },
      {
        kind: 'deed',
        label: ways.includes('roll-back') ? 'Go on or roll back…' : 'Look…',
        deed: { kind: 'open-operation', operation: id },
      },
    )
  }
  const several = mirror.stacks.length > 1
  for (const { stack, incidents } of mirror.stacks) {
    if (stack === null) continue
    if (incidents.some((incident) => isFiring(incident) && incident.recovers)) {
      const label = `Recover${several ? ` ${stack}` : ''}…`
      items.push({ kind: 'deed', label, deed: { kind: 'recover', stack } })
    }
    for (const { remedy } of incidents.filter(isFiring)) {
      if (remedy.kind !== 'plan' || remedy.intent.kind !== 'switch-back') continue
      const starts = remedy.intent.startDesktop === true
      const label = `${remedy.label}${several ? ` (${stack})` : ''}${starts ? '…' : ''}`
      if (items.some((item) => item.kind === 'deed' && item.label === label)) continue
      const deed: TrayDeed = starts
        ? { kind: 'review', stack }
        : { kind: 'carry-out', stack, intent: intentOf(remedy.intent) }
      items.push({ kind: 'deed', label, deed })
    }
  }
  return items
}

function snoozeItems(mirror: Mirror): TrayItem[] {
  const firing = mirror.stacks.flatMap((stack) => stack.incidents.filter(isFiring))
  const awake = firing.filter((incident) => incident.snoozedUntil === undefined)
  const asleep = firing.filter((incident) => incident.snoozedUntil !== undefined)
  const items: TrayItem[] = []
  if (awake.length > 0) {
    const incidents = awake.map((incident) => incident.id)
    items.push(
      { kind: 'deed', label: 'Snooze 1 hour', deed: { kind: 'snooze', incidents, until: '1h' } },
      {
        kind: 'deed',
        label: 'Snooze until tomorrow',
        deed: { kind: 'snooze', incidents, until: 'tomorrow' },
      },
    )
  }
  if (asleep.length > 0) {
    const incidents = asleep.map((incident) => incident.id)
    items.push({
      kind: 'deed',
      label: 'End snooze',
      deed: { kind: 'snooze', incidents, until: 'off' },
    })
  }
  return items
}

const runWords: Record<BackupRun['kind'], string> = {
  backup: 'Backing up',
  verify: 'Verifying backups',
  prune: 'Cleaning up backups',
  drill: 'Proving a backup',
  'second-copy': 'Copying backups',
}

/** In tens: with each change the menu is a new one, which closes under whoever reads it. */
function runLine({ kind, bytes, totalBytes }: BackupRun): string {
  if (!totalBytes) return `${runWords[kind]}…`
  return `${runWords[kind]}: ${Math.min(100, Math.floor((10 * bytes) / totalBytes) * 10)} %`
}

function backupItems({ backups, stacks }: Mirror, now: number): TrayItem[] {
  if (!backups) return []
  const named = stacks.flatMap(({ stack }) => stack ?? [])
  const of = (stack: string) => (named.length > 1 ? ` (${stack})` : '')
  const items = named.map((stack): TrayItem => {
    const last = backups.lastGood[stack]
    const when = last === undefined ? 'none' : dayAndTime(last, now)
    return { kind: 'line', label: `Last good backup${of(stack)}: ${when}` }
  })
  if (backups.run) {
    const deed = { kind: 'cancel-backup' } as const
    const label = backups.run.kind === 'backup' ? 'Cancel the backup' : 'Cancel it'
    return [...items, { kind: 'line', label: runLine(backups.run) }, { kind: 'deed', label, deed }]
  }
  return [
    ...items,
    ...named.map((stack): TrayItem => {
      const deed = { kind: 'back-up', stack } as const
      return { kind: 'deed', label: `Back up now${of(stack)}`, deed }
    }),
  ]
}

function movingItem(mirror: Mirror): TrayItem {
  if (mirror.movingUntil !== null) {
    return { kind: 'deed', label: 'I have moved: guard again', deed: { kind: 'move', hours: 0 } }
  }
  const hours = [1, 4, 12].map(
    (count): TrayItem => ({
      kind: 'deed',
      label: `For ${count} hour${count === 1 ? '' : 's'}`,
      deed: { kind: 'move', hours: count },
    }),
  )
  return { kind: 'submenu', label: 'I am moving…', items: hours }
}

function startItem(on: boolean | undefined): TrayItem[] {
  if (on === undefined) return []
  const deed = { kind: 'start-with-session', on: !on } as const
  return [{ kind: 'choice', label: 'Start with the session', on, deed }]
}

const isFiring = (incident: IncidentView): boolean => incident.status === 'firing'

/** zod's optional keys may hold undefined; the domain's may only be absent. */
function intentOf(view: {
  kind: 'switch-back'
  to?: string | undefined
  startDesktop?: boolean | undefined
}): Intent {
  return {
    kind: 'switch-back',
    ...(view.to === undefined ? {} : { to: view.to }),
    ...(view.startDesktop === undefined ? {} : { startDesktop: view.startDesktop }),
  }
}
