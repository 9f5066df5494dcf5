import { expect, test } from 'vitest'
import type { IncidentView } from '../../../shared/ipc/status.ts'
import { aStatus } from '../../../test/support/a-status.ts'
import { duration, noticeOf, recoveryOf } from './notice-text.ts'

const incident: IncidentView = {
  id: 'i',
  cause: 'CONTEXT_SWITCHED',
  severity: 'critical',
  status: 'firing',
  sentence:
    'Docker context is default, expected desktop-linux: set in config.json. 14 of 14 services are out of sight.',
  since: '2026-11-23T12:00:00.000Z',
  findings: ['CONTEXT_SWITCHED@context:current'],
  remedy: { kind: 'plan', intent: { kind: 'switch-back' }, label: 'Switch back' },
}

const status = aStatus({
  health: 'critical',
  sentence: '',
  at: incident.since,
  incidents: [incident],
  findings: [
    {
      code: 'CONTEXT_SWITCHED',
      severity: 'critical',
      status: 'firing',
      subject: 'context:current',
      sentence: 'Docker context is default, expected desktop-linux.',
      evidence: {
        cause: 'set in config.json',
        expected: 'desktop-linux (unix:///x)',
        'run elsewhere': 'node-exporter',
      },
      remedy: incident.remedy,
      since: incident.since,
    },
  ],
})

test('the title says what, the body cause, damage and the next step, and nothing twice', () => {
  const notice = noticeOf('odin', incident, status, false)
  expect(notice.title).toBe('odin: Docker context is default, expected desktop-linux')
  expect(notice.body.split('\n')).toEqual([
    'Set in config.json.',
    '14 of 14 services are out of sight.',
    'Run elsewhere: node-exporter',
    'Next: Switch back. Click to see the plan first.',
  ])
  expect(notice.urgency).toBe('critical')
  expect(notice.actions.map(({ name }) => name)).toEqual(['remedy', 'snooze'])
})

test('many names are counted, and no notice is longer than four short lines', () => {
  const names = Array.from({ length: 14 }, (_, index) => `service-${index + 1}`)
  const [root] = status.findings
  if (root === undefined) throw new Error('the fixture has a finding')
  const evidence = {
    'out of sight': `14 of 14 services: ${names.join(', ')}`,
    failure: `There is no socket at /${'far/'.repeat(60)}docker.sock.`,
    'ports held': '9090',
  }
  const lines = (given: Record<string, string>) =>
    noticeOf(
      'odin',
      incident,
      { ...status, findings: [{ ...root, evidence: given }] },
      false,
    ).body.split('\n')
  expect(lines({ 'out of sight': evidence['out of sight'] })[2]).toBe(
    'Out of sight: service-1, service-2, service-3 … and 11 more',
  )
  const most = lines(evidence)
  expect(most).toHaveLength(4)
  expect(Math.max(...most.map((line) => line.length))).toBeLessThanOrEqual(120)
  expect(most.at(-1)).toMatch(/^Next: /)
})

test('an incident whose finding is gone still says its sentence', () => {
  const notice = noticeOf('odin', incident, undefined, true)
  expect(notice.title).toBe(`DEMO: odin: ${incident.sentence.slice(0, -1)}`)
})

test('a runbook is no button', () => {
  const remedy = { kind: 'runbook', code: 'SPLIT_BRAIN' } as const
  const notice = noticeOf('odin', { ...incident, remedy }, status, false)
  expect(notice.actions.map(({ name }) => name)).toEqual(['snooze'])
  expect(notice.body).toContain('click for what to do')
})

test('the end says how long it lasted', () => {
  const over = recoveryOf('odin', { ...incident, resolvedAt: '2026-11-23T12:03:00.000Z' }, false)
  expect(over.title).toBe('odin: over')
  expect(over.body).toContain('It lasted 3 min.')
})

test.each([
  [0, '1 s'],
  [59_400, '59 s'],
  [130_000, '2 min'],
  [3 * 3_600_000, '3 h'],
])('%i ms is %s', (milliseconds, words) => {
  expect(duration(milliseconds)).toBe(words)
})
