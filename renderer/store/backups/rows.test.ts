import { describe, expect, test } from 'vitest'
import { someBackups, someChanges, someEntries } from '../../../test/support/some-backups.ts'
import { changeRows, changesWords, comparable } from './differences.ts'
import { crumbsOf, fileRows } from './files.ts'
import { previewIn, previewOf } from './preview.ts'
import { snapshotRows, snapshotSheet } from './rows.ts'
import { sizePlots } from './sizes.ts'

const now = new Date(2026, 10, 20, 10, 14).getTime()
const { snapshots } = someBackups(now)
const rows = snapshotRows(snapshots, null, true, now)
const words = (of: (typeof rows)[number] | undefined) => of?.badges.map(({ word }) => word)

describe('the list', () => {
  test('tells of each when, why, how big and what is to be known', () => {
    expect(rows[0]).toMatchObject({
      when: 'today 02:15',
      reason: 'by schedule',
      notes: [],
      state: 'ok',
      size: '1.7 GiB',
      added: '+ 11.0 MiB',
    })
    expect(rows.find(({ reason }) => reason === 'before a plan')?.notes).toEqual([
      'before switching back to desktop-linux',
    ])
    expect(words(rows.find(({ when }) => when === 'Tue 17 Nov, 02:15'))).toEqual([
      'verified',
      'proven',
    ])
  })

  test('a damaged one is not called verified, a partial one says what it lacks', () => {
    const damaged = rows.find(({ state }) => state === 'critical')
    expect(damaged).toMatchObject({ word: 'damaged', notes: ['3 files lost'], badges: [] })
    const partial = rows.find(({ state }) => state === 'warning')
    expect(partial?.notes[0]).toMatch(/^Grafana did not answer/)
  })

  test('is narrowed to a day, and praises nothing while nobody is heard', () => {
    expect(snapshotRows(snapshots, '2026-11-19', true, now).map(({ when }) => when)).toEqual([
      'yesterday 17:42',
      'yesterday 02:15',
    ])
    expect(snapshotRows(snapshots, '2026-11-11', true, now)).toEqual([])
    const states = snapshotRows(snapshots, null, false, now).map(({ state }) => state)
    expect(states).not.toContain('ok')
    expect(states).toContain('critical')
  })
})

test('the sheet says of a damaged one when it was still right', () => {
  const damaged = snapshots.find((one) => one.damaged !== null)
  if (damaged === undefined) throw new Error('none is damaged')
  const sheet = snapshotSheet(damaged, true, now)
  expect(sheet.title).toBe('Backup of Sat 7 Nov, 02:15')
  expect(sheet.facts[0]).toEqual({ label: 'Verified', value: 'Sat 7 Nov, 02:15, damaged since' })
  expect(sheet.damaged).toHaveLength(3)
  expect(sheet.components[2]).toMatchObject({ consistency: 'copied by the program itself' })
})

test('what was shared may have been read before the backup, and then it says so', () => {
  const [first] = snapshots
  if (!first) throw new Error('there is none')
  const value = (verifiedAt: string) =>
    snapshotSheet({ ...first, verifiedAt, damaged: null }, true, now).facts.find(
      ({ label }) => label === 'Verified',
    )?.value
  expect(value(first.at)).not.toContain('since')
  expect(value('2026-11-01T02:15:00.000Z')).toMatch(/^every byte read since .*1 Nov/)
})

describe('files', () => {
  const path = 'configuration/home/ada/odin'

  test('stand directories first, and by name as a person counts', () => {
    const names = (of: string) => fileRows(someEntries(now, of), now).map(({ name }) => name)
    expect(names(path).slice(0, 3)).toEqual(['grafana', 'prometheus', '.env'])
    expect(names(`${path}/prometheus`)).toEqual(['config.yml', 'rules-2.yml', 'rules-10.yml'])
  })

  test('a link says where it leads, and neither it nor a file opens', () => {
    const link = fileRows(someEntries(now, path), now).find(({ type }) => type === 'symlink')
    expect(link).toMatchObject({ more: '→ compose.yaml', size: '', opens: false })
  })

  test('the way down names components whole, slashes and all', () => {
    const components = ['configuration', 'prometheus:odin/prometheus']
    expect(crumbsOf('', 'This backup', components)).toEqual([{ name: 'This backup', path: '' }])
    expect(
      crumbsOf('prometheus:odin/prometheus/01J/chunks', 'This backup', components).slice(1),
    ).toEqual([
      { name: 'prometheus:odin/prometheus', path: 'prometheus:odin/prometheus' },
      { name: '01J', path: 'prometheus:odin/prometheus/01J' },
      { name: 'chunks', path: 'prometheus:odin/prometheus/01J/chunks' },
    ])
  })
})

describe('differences', () => {
  test('are counted by kind', () => {
    expect(changesWords(someChanges, 'what is there now')).toBe(
      '5 differences from here to what is there now: 2 changed, 1 added, 1 removed, 1 mode changed.',
    )
    expect(changesWords([], 'what is there now')).toBe('Nothing differs from what is there now.')
  })

  test('tell sizes before and after, and only one where there is one', () => {
    const sizes = changeRows(someChanges).map((row) => [row.sign, row.sizes])
    expect(sizes).toEqual([
      ['~', '10.9 KiB → 11.0 KiB'],
      ['+', '2.1 KiB'],
      ['−', '804 B'],
      ['~', '412 B'],
      ['~', '1.9 MiB → 2.0 MiB'],
    ])
  })

  test('can be asked for against now and every other backup', () => {
    const [first, second] = comparable(snapshots, snapshots[0]?.id ?? '', now)
    expect(first).toEqual({ value: '', label: 'what is there now' })
    expect(second?.label).toBe('the backup of yesterday 17:42, before a plan')
  })
})

test('size over time is one line of what holds the data, across holes too', () => {
  const [size, added] = sizePlots(snapshots)
  expect(size).toMatchObject({ label: 'Size of a backup', value: '1.7 GiB', span: 'last 63 days' })
  expect(size?.paths).toHaveLength(1)
  expect(added?.value).toBe('11.0 MiB')
  expect(sizePlots([])).toEqual([])
})

describe('a clean-up by counts that are not saved yet', () => {
  const none = { last: 0, hourly: 0, daily: 0, weekly: 0, monthly: 0 }

  test('keeps pins and two that are verified whatever is set', () => {
    const { lines } = previewOf(snapshots, none, now)
    const kept = lines.filter((line) => line.startsWith('Keep '))
    expect(kept.filter((line) => line.includes('pinned: '))).toHaveLength(2)
    expect(kept).toContain(
      'Keep the backup of today 02:15: one of the two newest that are verified.',
    )
    expect(lines[0]).toMatch(/^Remove the backup of /)
  })

  test('counts what goes and what stays', () => {
    const { sentence } = previewOf(snapshots, { ...none, last: 1_000 }, now)
    expect(sentence).toMatch(/^\d+ would go, \d+ stay\.$|^All \d+ stay\.$/)
    expect(previewIn(['Keep a: pinned.'], [], now)).toEqual({
      sentence: 'All 1 stay.',
      lines: ['Keep a: pinned.'],
    })
  })
})

test('what a person wrote comes back file by file, data by whole components', () => {
  const rows = (path: string) =>
    fileRows(someEntries(now, path), now, ['configuration', 'volume-grafana-data'])
  const restores = (path: string) =>
    rows(path)
      .filter((row) => row.restores)
      .map((row) => row.path)
  expect(restores('')).toContain('configuration')
  expect(restores('')).not.toContain('machine')
  expect(restores('configuration')).toEqual(['configuration/home'])
})
