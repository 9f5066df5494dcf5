import { expect, test } from 'vitest'
import { findingCodes } from '../../../shared/assess/finding.ts'
import { statusOf } from '../../../test/support/mirrors.ts'
import { pageMarks, tabOf } from './page-marks.ts'

test('a page is marked by the worst that fires on it', () => {
  expect(pageMarks(statusOf('monitoring-broken'))).toEqual({
    monitoring: 'critical',
    gpus: 'warning',
    ports: 'critical',
    changes: 'warning',
  })
})

test('where all is well, and where nothing is known, there is no mark of praise', () => {
  expect(pageMarks(statusOf('monitoring-works'))).toEqual({})
  expect(pageMarks(undefined)).toEqual({})
})

test('what is not certain enough yet marks nothing', () => {
  const status = statusOf('monitoring-broken')
  const pending = status.findings.map((one) => ({ ...one, status: 'pending' as const }))
  expect(pageMarks({ ...status, findings: pending })).toEqual({ monitoring: 'critical' })
})

test('every code of what is seen beyond the containers has its page', () => {
  const onOverview = findingCodes.filter((code) => tabOf(code) === 'overview')
  expect(
    onOverview.filter(
      (code) =>
        !/^(CONTEXT|ENGINE|DESKTOP|STRAY|SPLIT|SERVICE|HEALTH|STACK|SENTINEL|DISK)/.test(code),
    ),
  ).toEqual([])
})
