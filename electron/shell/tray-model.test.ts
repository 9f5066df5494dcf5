import { expect, test } from 'vitest'
import type { Mirror } from '../../shared/ipc/contract.ts'
import type { IncidentView, StatusView } from '../../shared/ipc/status.ts'
import { type TrayItem, trayModel } from './tray-model.ts'

const at = '2026-11-23T12:00:00.000Z'
const now = Date.parse(at)

function aStatus(different: Partial<StatusView> = {}): StatusView {
  return {
    health: 'ok',
    sentence: 'All well.',
    at,
    stack: 'odin',
    stackFile: null,
    home: { context: 'desktop-linux', source: 'stack file', engineId: 'd' },
    current: { context: 'desktop-linux', source: 'config.json', engineId: 'd' },
    engines: [],
    services: [],
    findings: [],
    incidents: [],
    ...different,
  }
}

function aMirror(different: Partial<Mirror> = {}): Mirror {
  return {
    revision: 1,
    demo: false,
    stacks: [aStatus()],
    operation: null,
    movingUntil: null,
    countdown: null,
    trayHost: 'present',
    timeline: [],
    ...different,
  }
}

const switched: IncidentView = {
  id: 'i',
  cause: 'CONTEXT_SWITCHED',
  severity: 'critical',
  status: 'firing',
  sentence: 'Wrong.',
  since: at,
  findings: [],
  remedy: { kind: 'plan', intent: { kind: 'switch-back' }, label: 'Switch back' },
}

const deeds = (items: readonly TrayItem[]) =>
  items.flatMap((item) => (item.kind === 'deed' ? [item] : []))
const labels = (mirror: Mirror) => deeds(trayModel(mirror, now).menu).map((item) => item.label)

test('nothing looked at yet is unknown, never ok', () => {
  expect(trayModel(aMirror({ stacks: [] }), now).health).toBe('unknown')
})

test('the worst of several stacks speaks', () => {
  const blind = aStatus({ stack: 'other', health: 'unknown', sentence: 'Cannot see.' })
  const model = trayModel(aMirror({ stacks: [aStatus(), blind] }), now)
  expect(model).toMatchObject({ health: 'unknown', tooltip: 'Cannot see.' })
})

test('it says DEMO in a demo', () => {
  expect(trayModel(aMirror({ demo: true }), now).tooltip).toBe('DEMO: All well.')
})

test('switch back is there when there is something to switch, and is done at once', () => {
  expect(labels(aMirror())).toEqual(['Send a test notification', 'Open Odin Sentinel', 'Quit'])
  const mirror = aMirror({ stacks: [aStatus({ incidents: [switched] })] })
  expect(labels(mirror)).toContain('Switch back')
  const item = deeds(trayModel(mirror, now).menu).find(({ label }) => label === 'Switch back')
  expect(item?.deed).toEqual({ kind: 'carry-out', stack: 'odin', intent: { kind: 'switch-back' } })
})

test('a start of Docker Desktop is reviewed first', () => {
  const intent = { kind: 'switch-back', startDesktop: true } as const
  const remedy = { kind: 'plan', intent, label: 'Start Docker Desktop' } as const
  const mirror = aMirror({ stacks: [aStatus({ incidents: [{ ...switched, remedy }] })] })
  const item = deeds(trayModel(mirror, now).menu).find(
    ({ label }) => label === 'Start Docker Desktop…',
  )
  expect(item?.deed).toEqual({ kind: 'review', stack: 'odin' })
})

test('nothing is offered twice, nor while an operation runs', () => {
  const incidents = [switched, { ...switched, id: 'j' }]
  const stacks = [aStatus({ incidents })]
  expect(labels(aMirror({ stacks })).filter((label) => label === 'Switch back')).toHaveLength(1)
  const operation = {
    id: '1',
    title: 'Switch back',
    stack: 'odin',
    startedAt: at,
    outcome: 'running',
    sentence: '',
    steps: [],
  } as const
  const running = trayModel(aMirror({ stacks, operation: { ...operation, steps: [] } }), now)
  expect(deeds(running.menu).map(({ label }) => label)).not.toContain('Switch back')
  expect(running.menu).toContainEqual({ kind: 'line', label: 'Running: Switch back' })
})

test('what is snoozed can be woken, and moving can be ended', () => {
  const stacks = [aStatus({ incidents: [{ ...switched, snoozedUntil: at }] })]
  const offered = labels(aMirror({ stacks, movingUntil: at }))
  expect(offered).toContain('End snooze')
  expect(offered).not.toContain('Snooze 1 hour')
  expect(offered).toContain('I have moved: guard again')
})

test('a recovery is reviewed first, and offered only where it puts right more', () => {
  expect(labels(aMirror({ stacks: [aStatus({ incidents: [switched] })] }))).not.toContain(
    'Recover…',
  )
  const stacks = [aStatus({ incidents: [{ ...switched, recovers: true }] })]
  expect(deeds(trayModel(aMirror({ stacks }), now).menu)).toContainEqual({
    kind: 'deed',
    label: 'Recover…',
    deed: { kind: 'recover', stack: 'odin' },
  })
})

test('an operation that waits is told with the way to its choice', () => {
  const waiting = {
    id: '20261123T101500Z-3f9a0c',
    title: 'Recover odin',
    stack: 'odin',
    startedAt: at,
    touched: [],
    ways: ['continue', 'roll-back', 'leave'] as const,
    directory: '/state/operations/20261123T101500Z-3f9a0c',
    problem: null,
  }
  const menuWith = (ways: readonly ('continue' | 'roll-back' | 'leave')[]) =>
    trayModel(aMirror({ openOperations: [{ ...waiting, ways: [...ways] }] }), now).menu
  const deed = { kind: 'open-operation', operation: waiting.id }
  const menu = menuWith(waiting.ways)
  expect(menu).toContainEqual({ kind: 'line', label: 'An operation waits: Recover odin' })
  expect(deeds(menu)).toContainEqual({ kind: 'deed', label: 'Go on or roll back…', deed })
  expect(deeds(menuWith(['leave']))).toContainEqual({ kind: 'deed', label: 'Look…', deed })
})

test('a resolved incident offers nothing', () => {
  const stacks = [aStatus({ incidents: [{ ...switched, status: 'resolved' }] })]
  expect(labels(aMirror({ stacks }))).toEqual([
    'Send a test notification',
    'Open Odin Sentinel',
    'Quit',
  ])
})

test('starting with the session can be chosen where it is ours to choose', () => {
  const choices = (on?: boolean) =>
    trayModel(aMirror(), now, on).menu.filter((item) => item.kind === 'choice')
  expect(choices()).toEqual([])
  const label = 'Start with the session'
  expect(choices(false)).toEqual([
    { kind: 'choice', label, on: false, deed: { kind: 'start-with-session', on: true } },
  ])
  expect(choices(true)).toMatchObject([{ on: true, deed: { on: false } }])
})

const backups = { run: null, lastGood: { odin: at }, revision: 1 }

test('a backup is offered with the last good one, where anybody keeps backups', () => {
  expect(labels(aMirror())).not.toContain('Back up now')
  const { menu } = trayModel(aMirror({ backups }), now)
  const clock = new Date(at).toTimeString().slice(0, 5)
  expect(menu).toContainEqual({ kind: 'line', label: `Last good backup: today ${clock}` })
  const deed = { kind: 'back-up', stack: 'odin' }
  expect(menu).toContainEqual({ kind: 'deed', label: 'Back up now', deed })
})

test('no good backup is told as none, and each of several stacks by its name', () => {
  const stacks = [aStatus(), aStatus({ stack: 'other' })]
  const { menu } = trayModel(aMirror({ stacks, backups: { ...backups, lastGood: {} } }), now)
  expect(menu).toContainEqual({ kind: 'line', label: 'Last good backup (other): none' })
  expect(labels(aMirror({ stacks, backups }))).toContain('Back up now (other)')
})

test('what goes on is told in tens of per cent, and can be cancelled', () => {
  const run = {
    stack: 'odin',
    kind: 'backup',
    phase: 'reading',
    what: '',
    files: 0,
    bytes: 47,
    totalBytes: 100,
    startedAt: at,
  } as const
  const { menu } = trayModel(aMirror({ backups: { ...backups, run } }), now)
  expect(menu).toContainEqual({ kind: 'line', label: 'Backing up: 40 %' })
  const deed = { kind: 'cancel-backup' }
  expect(menu).toContainEqual({ kind: 'deed', label: 'Cancel the backup', deed })
  expect(deeds(menu).map(({ label }) => label)).not.toContain('Back up now')
  const { totalBytes: _, ...unknown } = run
  const verifying = { ...unknown, kind: 'verify' as const }
  expect(trayModel(aMirror({ backups: { ...backups, run: verifying } }), now).menu).toContainEqual({
    kind: 'line',
    label: 'Verifying backups…',
  })
})
