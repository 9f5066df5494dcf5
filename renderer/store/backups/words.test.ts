import { describe, expect, test } from 'vitest'
import type { BackupEnd } from '../../../shared/ipc/backup-view.ts'
import type { FindingView } from '../../../shared/ipc/status.ts'
import { aRun, noBackupYet, someBackups, soundBackups } from '../../../test/support/some-backups.ts'
import { backupFindings, backupHead } from './head.ts'
import { endInView, runInView } from './run.ts'
import { agoWords } from './words.ts'

const now = new Date(2026, 10, 20, 10, 14).getTime()
const headOf = (view = soundBackups(now), findings: readonly FindingView[] = []) =>
  backupHead(view, findings, true, now)

const anEnd = (different: Partial<BackupEnd> = {}): BackupEnd => ({
  kind: 'backup',
  at: new Date(now - 60_000).toISOString(),
  outcome: 'failed',
  sentence: 'The disk is full.',
  problems: [],
  milliseconds: 1_000,
  ...different,
})

describe('the first sentence', () => {
  test('tells the last good backup, the next and the last proof', () => {
    expect(headOf()).toEqual({
      health: 'ok',
      word: 'All well',
      sentence: 'Last good backup: today 02:15, verified.',
      more: ['Next: tomorrow 02:15.', 'Last proven restorable: 3 days ago, in 41 s.'],
    })
  })

  test.each([
    [
      'the repository cannot be read',
      { problem: 'The disk is gone.' },
      'unknown',
      'The disk is gone.',
    ],
    [
      'a backup is overdue',
      { overdueSince: new Date(2026, 10, 19, 2, 15).toISOString() },
      'warning',
      'A backup was due yesterday 02:15 and has not been taken.',
    ],
    [
      'the last one failed',
      { lastEnd: anEnd() },
      'warning',
      'Backup of today 10:13 failed: The disk is full.',
    ],
    [
      'the last one lacks something',
      { lastEnd: anEnd({ outcome: 'partial', sentence: 'Loki is not in it.' }) },
      'warning',
      'Backup of today 10:13 is not whole: Loki is not in it.',
    ],
    [
      'none is known to be good',
      { lastGood: null },
      'warning',
      'No backup is known to be good, expected one that was read back.',
    ],
    [
      'one cannot be read at all',
      { broken: [{ id: 'x', sentence: 'Its manifest is torn.' }] },
      'warning',
      '1 backup cannot be read at all.',
    ],
  ] as const)('where %s', (_when, different, health, sentence) => {
    expect(headOf(soundBackups(now, different as never))).toMatchObject({ health, sentence })
  })

  test('names damage, and is critical where nothing sound is left', () => {
    const sentence =
      'The backup of Sat 7 Nov, 02:15 is damaged: 3 files are lost, the rest is sound.'
    expect(headOf(someBackups(now))).toMatchObject({ health: 'warning', sentence })
    expect(headOf(someBackups(now, { lastGood: null })).health).toBe('critical')
  })

  test('is never calmer than the rule book', () => {
    const finding = {
      code: 'BACKUP_SPACE_LOW',
      severity: 'critical',
      status: 'firing',
      sentence: 'The disk of the backups is full tomorrow.',
    } as FindingView
    expect(headOf(undefined, backupFindings([finding]))).toMatchObject({
      health: 'critical',
      sentence: finding.sentence,
    })
    expect(backupFindings([{ ...finding, status: 'resolved' }])).toEqual([])
  })

  test('praises nothing while nobody is heard', () => {
    const head = backupHead(soundBackups(now), [], false, now)
    expect(head).toMatchObject({ health: 'unknown', sentence: 'Sentinel does not answer.' })
    expect(head.more[0]).toBe('Last heard: Last good backup: today 02:15, verified.')
  })

  test('a failure that a good backup came after is over', () => {
    const before = anEnd({ at: new Date(now - 3 * 86_400_000).toISOString() })
    expect(headOf(soundBackups(now, { lastEnd: before })).health).toBe('ok')
  })

  test('without a schedule it says so, and an old backup does not stay good', () => {
    const view = soundBackups(now)
    const plan = { ...view.plan, schedule: [] }
    expect(headOf({ ...view, plan }).more[0]).toBe(
      'No schedule: a backup is taken only when asked for.',
    )
    const lastGood = new Date(2026, 10, 8, 2, 15).toISOString()
    expect(headOf({ ...view, plan, lastGood, lastEnd: null })).toMatchObject({
      health: 'warning',
      sentence: 'The last good backup is 12 days old, and no schedule takes another.',
    })
    expect(headOf(noBackupYet(now)).more).toContain('Never proven restorable.')
  })
})

describe('what goes on', () => {
  const factsOf = (run = aRun(now)) =>
    Object.fromEntries(runInView(run, now).facts.map(({ label, value }) => [label, value]))

  test('tells how far it is, how fast, and about how long it takes', () => {
    expect(runInView(aRun(now), now)).toMatchObject({
      title: 'Backing up: reading',
      what: 'Prometheus data of odin/prometheus',
      percent: 42,
    })
    expect(factsOf()).toEqual({
      Files: '318',
      Data: '727 MiB of 1.7 GiB',
      Rate: '42.8 MiB/s',
      Elapsed: '17 s',
      Remaining: 'about 23 s',
    })
  })

  test('guesses nothing that it does not know', () => {
    const { totalBytes: _, ...endless } = aRun(now)
    expect(runInView(endless, now)).not.toHaveProperty('percent')
    expect(Object.keys(factsOf(endless))).toEqual(['Files', 'Data', 'Rate', 'Elapsed'])
    const justBegun = aRun(now, { startedAt: new Date(now - 500).toISOString() })
    expect(Object.keys(factsOf(justBegun))).toEqual(['Files', 'Data', 'Elapsed'])
  })

  test('a clock that was set back makes no time negative', () => {
    expect(factsOf(aRun(now, { startedAt: new Date(now + 60_000).toISOString() }))['Elapsed']).toBe(
      '0 s',
    )
  })

  test('its end is told with what it took', () => {
    const done = anEnd({ outcome: 'done', sentence: '826 files.', milliseconds: 41_300 })
    expect(endInView(done, true, now)).toMatchObject({
      state: 'ok',
      sentence: 'Backup done today 10:13, after 41 s. 826 files.',
    })
    expect(endInView(done, false, now).state).toBe('unknown')
    expect(endInView(anEnd({ outcome: 'cancelled' }), true, now).state).toBe('info')
  })
})

test('days ago are days of the calendar', () => {
  const ago = (...at: [number, number, number, number]) =>
    agoWords(new Date(...at).toISOString(), now)
  expect(ago(2026, 10, 20, 1)).toBe('today')
  expect(ago(2026, 10, 19, 23)).toBe('yesterday')
  expect(ago(2026, 10, 17, 4)).toBe('3 days ago')
})
