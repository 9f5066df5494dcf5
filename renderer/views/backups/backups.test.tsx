import { renderToStaticMarkup } from 'react-dom/server'
import { afterAll, describe, expect, test, vi } from 'vitest'
import type { BackupRun, BackupView } from '../../../shared/ipc/backup-view.ts'
import { aBridge } from '../../../test/support/fake-bridge.ts'
import { mirrorOf } from '../../../test/support/mirrors.ts'
import {
  aRun,
  noBackupYet,
  pruneLines,
  someBackups,
  someChanges,
  someEntries,
  soundBackups,
} from '../../../test/support/some-backups.ts'
import { createActions } from '../../store/actions.ts'
import { type BackupPlace, type BackupsUi, noBackups } from '../../store/backups/place.ts'
import { createMirrorStore, type Mirrored } from '../../store/mirror.ts'
import { createUiStore } from '../../store/ui.ts'
import { Window } from '../app.tsx'

// The calendar shows the month of today, and what is looked for must be in it.
const now = new Date(2026, 10, 20, 10, 14).getTime()
vi.useFakeTimers({ now, toFake: ['Date'] })
afterAll(() => vi.useRealTimers())

type Wishes = {
  view?: BackupView | null
  run?: BackupRun
  lost?: boolean
  state?: Partial<BackupsUi>
}

/** The page alone, without header and banners. */
function draw({ view = soundBackups(now), run, lost, state }: Wishes = {}): string {
  const ui = createUiStore()
  const mirror = {
    ...mirrorOf('all-well'),
    backups: { run: run ?? null, lastGood: {}, revision: 1 },
  }
  const mirrored: Mirrored = lost
    ? { connection: 'failed', mirror, problem: 'Main is gone.' }
    : { connection: 'connected', mirror }
  const answered = { stack: 'odin', view: view && { ...view, stack: 'odin' } }
  ui.setState({ page: { name: 'backups' }, backups: { ...noBackups, answered, ...state } })
  const actions = createActions(aBridge(), createMirrorStore(), ui)
  const markup = renderToStaticMarkup(
    <Window mirrored={mirrored} ui={ui.getState()} actions={actions} />,
  )
  return markup.slice(markup.indexOf('<main'))
}

const buttons = (markup: string): { label: string; disabled: boolean }[] =>
  [...markup.matchAll(/<button([^>]*)>(.*?)<\/button>/gs)].map(([, head = '', inside = '']) => ({
    label: inside.replaceAll(/<[^>]+>/g, '').trim(),
    disabled: head.includes('disabled'),
  }))

const pressable = (markup: string, label: string): boolean | undefined => {
  const found = buttons(markup).find((one) => one.label === label)
  return found && !found.disabled
}

const [newest] = soundBackups(now).snapshots
const id = newest?.id ?? ''
const sheet = (part: 'contents' | 'files' | 'differences'): BackupPlace => ({
  name: 'snapshot',
  id,
  part,
  browsing: { path: 'configuration', entries: someEntries(now, 'configuration'), problem: null },
  comparing: { against: null, changes: someChanges, problem: null },
})
const places: [string, Wishes][] = [
  ['the list', {}],
  ['a run', { run: aRun(now, { stack: 'odin' }) }],
  ['no backup', { view: noBackupYet(now) }],
  ['contents', { state: { place: sheet('contents') } }],
  ['files', { state: { place: sheet('files') } }],
  ['differences', { state: { place: sheet('differences') } }],
  [
    'the schedule',
    { state: { place: { name: 'schedule', preview: pruneLines(soundBackups(now).snapshots) } } },
  ],
]

test.each(places)('%s sets no inline style, which the content policy would drop', (_, wishes) => {
  expect(draw(wishes)).not.toMatch(/\sstyle=/)
})

describe('nothing is green', () => {
  const praise = ['verdict-ok', 'tone-ok"', 'snapshot-ok']
  test.each([
    ['before the answer', draw({ state: { answered: null } })],
    ['where nobody keeps backups', draw({ view: null })],
  ])('%s', (_, markup) => {
    for (const word of praise) expect(markup).not.toContain(word)
  })

  test('of the verdict and the list when main is not heard', () => {
    const markup = draw({ lost: true })
    expect(markup).toContain('Sentinel does not answer.')
    for (const word of ['verdict-ok', 'snapshot-ok']) expect(markup).not.toContain(word)
    expect(pressable(markup, 'Back up now')).toBe(false)
  })
})

test('while something goes on nothing else is begun, and it can be cancelled', () => {
  const markup = draw({ run: aRun(now, { stack: 'odin' }) })
  expect(markup).toContain('Backing up: reading')
  expect(markup).toMatch(/<progress[^>]* value="42"/)
  for (const label of ['Back up now', 'Verify', 'Prove (drill)']) {
    expect(pressable(markup, label)).toBe(false)
  }
  expect(pressable(markup, 'Cancel')).toBe(true)
})

test('of another stack it says so', () => {
  expect(draw({ run: aRun(now, { stack: 'lab' }) })).toContain('(stack lab)')
})

test('each day says its mark in words, and the legend what the shapes mean', () => {
  const markup = draw({ view: someBackups(now) })
  expect(markup).toMatch(/aria-label="[^"]+: 1 backup, damaged"/)
  expect(markup).toContain('What the marks mean')
})

test('no backup yet: what is kept and where, and the button', () => {
  const markup = draw({ view: noBackupYet(now) })
  expect(markup).toContain('No backup yet.')
  expect(markup).toContain('/home/ada/.local/share/odin-sentinel/backups/odin_lab')
  expect(pressable(markup, 'Back up now')).toBe(true)
})

test('a directory that is no backup is named, also where there is nothing else', () => {
  const broken = [{ id: '2026-11-02T02-15-00Z_X', sentence: 'Its manifest cannot be read.' }]
  const markup = draw({ view: { ...noBackupYet(now), broken } })
  expect(markup).toContain('2026-11-02T02-15-00Z_X')
  expect(markup).toContain('Its manifest cannot be read.')
})

test('lost files and gaps are told before anything else of a backup', () => {
  const snapshots = someBackups(now).snapshots
  const drawn = (of: (one: BackupView['snapshots'][number]) => boolean) => {
    const found = snapshots.find(of)?.id ?? ''
    const place: BackupPlace = { ...(sheet('contents') as BackupPlace & { name: 'snapshot' }) }
    return draw({
      view: someBackups(now),
      state: { place: { ...place, id: found } as BackupPlace },
    })
  }
  const damaged = drawn((one) => one.damaged !== null)
  expect(damaged.indexOf('volume:odin_grafana-data/grafana.db')).toBeLessThan(
    damaged.indexOf('How it was read'),
  )
  expect(drawn((one) => one.gaps.length > 0)).toContain('Grafana did not answer')
})

test('a backup that was cleaned up meanwhile leads back to the list', () => {
  const place: BackupPlace = {
    ...(sheet('contents') as BackupPlace & { name: 'snapshot' }),
    id: 'x',
  }
  expect(draw({ state: { place } })).toContain('Calendar of backups')
})

test('masked secrets stay as they were given', () => {
  expect(draw({ state: { place: sheet('differences') } })).toContain('••••••')
})

test('an answer on its way is not told as nothing', () => {
  const place = {
    ...(sheet('files') as BackupPlace & { name: 'snapshot' }),
    browsing: { path: '', entries: null, problem: null },
  }
  const markup = draw({ state: { place } })
  expect(markup).toContain('Reading the list of files.')
  expect(markup).not.toContain('Nothing is in here.')
})

test('the editor names what would go by its time, and by counts that are not saved yet', () => {
  const view = soundBackups(now)
  const markup = draw({
    view,
    state: { place: { name: 'schedule', preview: pruneLines(view.snapshots) } },
  })
  expect(markup).toContain('2 would go, 37 stay.')
  expect(markup).toContain('Remove the backup of Fri 18 Sept, 02:15: the rule keeps newer ones')
})
