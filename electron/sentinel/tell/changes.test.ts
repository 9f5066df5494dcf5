import { describe, expect, it } from 'vitest'
import type { FindingView, IncidentView, StatusView } from '../../../shared/ipc/status.ts'
import { aStatus } from '../../../test/support/a-status.ts'
import { changesBetween, withdrawn, worstHealth } from './changes.ts'

const at = '2026-11-23T10:00:00.000Z'

const finding = (status: FindingView['status']): FindingView => ({
  code: 'SERVICE_STOPPED',
  severity: 'warning',
  status,
  subject: 'service:odin/loki',
  sentence: 'Service loki is exited, expected running.',
  evidence: {},
  remedy: { kind: 'none' },
  since: at,
})

const incident = (change: Partial<IncidentView> = {}): IncidentView => ({
  id: 'i1',
  cause: 'SERVICE_STOPPED',
  severity: 'warning',
  status: 'firing',
  sentence: 'Service loki is exited, expected running.',
  since: at,
  findings: [],
  remedy: { kind: 'none' },
  ...change,
})

const status = (findings: FindingView[], incidents: IncidentView[]): StatusView =>
  aStatus({
    health: 'warning',
    sentence: '',
    at,
    findings,
    incidents,
  })

const changes = (before: IncidentView[], after: IncidentView[]) =>
  changesBetween(status([], before), status([], after)).incidents.map(({ change }) => change)

describe('changes between two verdicts', () => {
  it('withdraws what goes on as part of another incident, and what nobody guards any more', () => {
    const [older, younger] = [incident({ id: 'older' }), incident({ id: 'younger' })]
    const merged = incident({ id: 'older', sentence: '2 services are in trouble.' })
    expect(changes([older, younger], [merged])).toEqual(['withdrawn', 'updated'])
    expect(changes([merged], [merged])).toEqual([])
    const over = incident({ id: 'over', status: 'resolved' })
    expect(changes([over], [])).toEqual([])
    const left = withdrawn(status([], [older, over]), undefined)
    expect(left).toEqual([{ incident: older, change: 'withdrawn' }])
  })

  it('tells a finding once for each status it takes', () => {
    const pending = status([finding('pending')], [])
    const firing = status([finding('firing')], [])
    expect(changesBetween(undefined, pending).findings).toHaveLength(1)
    expect(changesBetween(pending, pending).findings).toHaveLength(0)
    expect(changesBetween(pending, firing).findings).toEqual([finding('firing')])
  })

  it('tells an incident when it opens, worsens, says something else, and is over', () => {
    expect(changes([], [incident()])).toEqual(['opened'])
    expect(changes([incident()], [incident()])).toEqual([])
    expect(changes([incident()], [incident({ severity: 'critical' })])).toEqual(['worsened'])
    expect(changes([incident()], [incident({ sentence: 'Other.' })])).toEqual(['updated'])
    expect(changes([incident()], [incident({ status: 'resolved' })])).toEqual(['resolved'])
    expect(changes([incident({ status: 'resolved' })], [incident()])).toEqual(['opened'])
  })

  it('tells anew when an incident turns out to be about the place', () => {
    const dark = incident({ cause: 'PROMETHEUS_UNREACHABLE', severity: 'critical' })
    const away = incident({ cause: 'CONTEXT_SWITCHED', severity: 'critical' })
    expect(changes([dark], [away])).toEqual(['worsened'])
    expect(changes([away], [dark])).toEqual(['updated'])
  })

  it('does not tell what was already over when it was first seen', () => {
    expect(changes([], [incident({ status: 'resolved' })])).toEqual([])
  })
})

describe('the worst of several verdicts', () => {
  it('is unknown when there is none, and never lets unknown pass for ok', () => {
    expect(worstHealth([])).toBe('unknown')
    expect(worstHealth(['ok', 'ok'])).toBe('ok')
    expect(worstHealth(['ok', 'unknown'])).toBe('unknown')
    expect(worstHealth(['unknown', 'critical', 'warning'])).toBe('critical')
  })
})
