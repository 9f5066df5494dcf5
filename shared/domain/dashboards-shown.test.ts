import { expect, test } from 'vitest'
import {
  countsOfRow,
  dashboardsShown,
  dashboardsShownWords,
  panelCounts,
} from './dashboards-shown.ts'
import type { PanelState } from './grafana.ts'

const counts = (...states: PanelState[]) =>
  panelCounts({ panels: states.map((state, id) => ({ id, title: '', state, message: '' })) })

test('a dashboard shows data when some panel has it and none is broken', () => {
  const all = [
    counts('data', 'data', 'not-checked', 'asks-nothing'),
    counts('data', 'error'),
    counts('no-data'),
  ]
  expect(dashboardsShown(all)).toEqual({ working: 1, total: 3, unchecked: 0 })
})

test('a list of errors that was never anything but empty is no fault, one that lost its data is', () => {
  const panel = { title: '', message: '' }
  const panels = (lastDataAt?: number) => [
    { ...panel, id: 1, state: 'data' as const },
    { ...panel, id: 2, state: 'no-data' as const, ...(lastDataAt !== undefined && { lastDataAt }) },
  ]
  expect(dashboardsShown([panelCounts({ panels: panels() })]).working).toBe(1)
  expect(dashboardsShown([panelCounts({ panels: panels(7) })]).working).toBe(0)
  const row = { panels: 2, withData: 1, unchecked: [] }
  const broken = (lastDataAt: string | null) => [{ state: 'no-data' as const, lastDataAt }]
  expect(countsOfRow({ ...row, broken: broken(null) })).toEqual(panelCounts({ panels: panels() }))
  expect(countsOfRow({ ...row, broken: broken('then') })).toEqual(
    panelCounts({ panels: panels(7) }),
  )
})

test('one that cannot be checked is counted apart, one of words alone nowhere', () => {
  const all = [counts('not-checked', 'asks-nothing'), counts('asks-nothing'), counts()]
  expect(dashboardsShown(all)).toEqual({ working: 0, total: 0, unchecked: 1 })
})

test.each([
  [{ working: 14, total: 14, unchecked: 0 }, '14 of 14 dashboards show data'],
  [{ working: 12, total: 14, unchecked: 0 }, '12 of 14 dashboards show data'],
  [{ working: 0, total: 1, unchecked: 0 }, '0 of 1 dashboard shows data'],
  [{ working: 1, total: 1, unchecked: 2 }, '1 of 1 dashboard shows data; 2 cannot be checked'],
  [{ working: 0, total: 0, unchecked: 1 }, 'The one dashboard cannot be checked'],
  [{ working: 0, total: 0, unchecked: 3 }, 'All 3 dashboards cannot be checked'],
  [{ working: 0, total: 0, unchecked: 0 }, 'No dashboard asks for data'],
])('%j is said as: %s', (shown, words) => {
  expect(dashboardsShownWords(shown)).toBe(words)
})
