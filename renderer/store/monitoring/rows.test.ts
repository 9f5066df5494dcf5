import { describe, expect, test } from 'vitest'
import { monitoringOf } from '../../../test/support/mirrors.ts'
import { diskRows, fileRows, machineFacts } from './machine-rows.ts'
import {
  brokenFirst,
  dashboardRows,
  dashboardsWords,
  datasourceRows,
  driftRows,
  exporterRows,
  heard,
  matching,
  portFacts,
  programRows,
  shareWords,
  targetRows,
  toAccept,
  unitRows,
} from './rows.ts'

const now = Date.parse('2026-11-20T10:14:32Z')
const crowded = monitoringOf('crowded')
const unknown = monitoringOf('unknown')

const everyTable = {
  exporters: exporterRows,
  targets: targetRows,
  datasources: datasourceRows,
  dashboards: dashboardRows,
  programs: programRows,
  units: unitRows,
  ports: portFacts,
  disks: diskRows,
  files: fileRows,
} as const

describe('what is unknown never looks fine', () => {
  test.each(Object.entries(everyTable))('%s nobody can see', (_name, rowsOf) => {
    expect(rowsOf(unknown, now).filter(({ state }) => state === 'ok')).toEqual([])
  })

  test.each(Object.entries(everyTable))('%s of a main that is not heard', (_name, rowsOf) => {
    const rows = heard(rowsOf(crowded, now), false)
    expect(rows.filter(({ state }) => state === 'ok')).toEqual([])
  })

  test('a dashboard without panels that could be asked does not show data', () => {
    expect(dashboardRows(unknown, now)[0]).toMatchObject({ state: 'unknown', word: 'cannot tell' })
    expect(dashboardsWords(unknown, now)).toBe('not looked at yet')
  })

  test('a port whose owner cannot be seen is no conflict and not as wanted', () => {
    const port = portFacts(crowded, now).find(({ owner }) => owner === 'unknown')
    expect(port).toMatchObject({ state: 'unknown' })
  })
})

test('what is broken comes first, then what is unknown, then what works', () => {
  const states = exporterRows(crowded).map(({ state }) => state)
  expect(states.slice(0, 5)).toEqual(['critical', 'critical', 'unknown', 'unknown', 'ok'])
  expect(brokenFirst(portFacts(crowded, now))[0]?.word).toBe('conflict')
})

test('a count is of what is known to work', () => {
  expect(shareWords(exporterRows(crowded), 'work')).toBe('56 of 60 work')
  expect(shareWords(targetRows(crowded, now), 'are up')).toBe('197 of 200 are up')
  expect(dashboardsWords(crowded, now)).toBe('11 of 14 dashboards show data, looked 40 s ago')
})

test('the filter takes every word, wherever it stands', () => {
  const rows = targetRows(crowded, now)
  expect(matching(rows, 'down HOST.docker')).toHaveLength(2)
  expect(matching(rows, '')).toHaveLength(200)
  expect(matching(rows, 'nothing like it')).toEqual([])
})

test('hashes are told short, and only differences are there to accept', () => {
  expect(driftRows(crowded, now)[0]?.cells).toEqual([
    'file',
    '/home/ada/odin/prometheus/prometheus.yml',
    '3f9a3f9a → c07ec07e',
    '33 min ago',
  ])
  expect(toAccept(crowded).map(({ state }) => state)).toEqual([
    'changed',
    'missing',
    'changed',
    'new',
  ])
  expect(toAccept(unknown)).toEqual([])
})

test('the machine, how fast its disks fill, and which file is gone', () => {
  expect(machineFacts(crowded, now).map(([label]) => label)).toEqual([
    'Machine',
    'CPU',
    'Memory',
    'Up',
    'Kernel',
  ])
  const [worst, , unknownRate] = diskRows(crowded, now)
  expect(worst).toMatchObject({
    state: 'warning',
    cells: [
      '/srv/prometheus',
      '6.0 GiB of 200 GiB',
      '1.5 GiB an hour, full in 4 h 00 min',
      '/srv/prometheus/data',
    ],
  })
  expect(unknownRate?.cells[2]).toBe('not known yet')
  expect(fileRows(crowded, now)[0]).toMatchObject({ word: 'missing' })
  expect(machineFacts(unknown, now)).toEqual([])
})
