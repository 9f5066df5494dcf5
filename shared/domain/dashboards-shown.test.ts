import { expect, test } from 'vitest'
import { dashboardsShown, dashboardsShownWords, panelCounts } from './dashboards-shown.ts'
import type { PanelState } from './grafana.ts'

const counts = (...states: PanelState[]) =>
  panelCounts({ panels: states.map((state, id) => ({ id, title: '', state, message: '' })) })

test('a dashboard shows data when no panel that can be checked is empty or broken', () => {
  const all = [
    counts('data', 'data', 'not-checked', 'asks-nothing'),
    counts('data', 'no-data'),
    counts('data', 'error'),
    counts('no-data'),
  ]
  expect(dashboardsShown(all)).toEqual({ working: 1, total: 4, unchecked: 0 })
})

test('one that cannot be checked is counted apart, one of words alone nowhere', () => {
  const all = [counts('not-checked', 'asks-nothing'), counts('asks-nothing'), counts()]
  expect(dashboardsShown(all)).toEqual({ working: 0, total: 0, unchecked: 1 })
})

test.each([
  [{ working: 14, total: 14, unchecked: 0 }, '14 of 14 dashboards show data'],
  [{ working: 12, total: 14, unchecked: 0 }, '12 of 14 dashboards show data in every panel'],
  [{ working: 0, total: 1, unchecked: 0 }, '0 of 1 dashboard shows data in every panel'],
  [{ working: 1, total: 1, unchecked: 2 }, '1 of 1 dashboard shows data; 2 cannot be checked'],
  [{ working: 0, total: 0, unchecked: 1 }, 'The one dashboard cannot be checked'],
  [{ working: 0, total: 0, unchecked: 3 }, 'All 3 dashboards cannot be checked'],
  [{ working: 0, total: 0, unchecked: 0 }, 'No dashboard asks for data'],
])('%j is said as: %s', (shown, words) => {
  expect(dashboardsShownWords(shown)).toBe(words)
})
