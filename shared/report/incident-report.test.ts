import { describe, expect, it } from 'vitest'
import type { IncidentView, StatusView } from '../ipc/status.ts'
import { type IncidentRecord, incidentReport } from './incident-report.ts'

const engines: StatusView['engines'] = [
  {
    engineId: 'D',
    kind: 'docker-desktop',
    name: 'docker-desktop',
    version: '26.1.4',
    endpoint: 'unix:///d',
    contexts: ['desktop-linux'],
    answers: false,
    failure: 'Nobody listens at unix:///d.',
    home: true,
    current: false,
  },
]

const calm: StatusView = {
  health: 'ok',
  sentence: 'All 14 services run on desktop-linux, where they belong.',
  at: '2026-11-23T10:00:00.000Z',
  stack: 'odin',
  stackFile: null,
  home: { context: 'desktop-linux', source: 'stack file', engineId: 'D' },
  current: { context: 'desktop-linux', source: 'config.json', engineId: 'D' },
  engines: [],
  services: [
    {
      name: 'grafana',
      project: 'odin',
      places: [
        {
          context: 'desktop-linux',
          engineId: 'D',
          container: 'odin-grafana-1',
          state: 'running',
          health: 'healthy',
        },
      ],
    },
  ],
  findings: [],
  incidents: [],
}

const incident: IncidentView = {
  id: 'i1',
  cause: 'DESKTOP_STOPPED',
  severity: 'critical',
  status: 'resolved',
  sentence: 'Docker context is default, expected desktop-linux: Docker Desktop stopped.',
  since: '2026-11-23T10:01:00.000Z',
  resolvedAt: '2026-11-23T10:09:00.000Z',
  findings: ['DESKTOP_STOPPED@engine:D', 'CONTEXT_SWITCHED@context:current'],
  remedy: { kind: 'none' },
}

const failed: StatusView = {
  ...calm,
  health: 'critical',
  sentence: incident.sentence,
  current: { context: 'default', source: 'config.json', engineId: null },
  engines,
  services: [{ name: 'grafana', project: 'odin', places: [] }],
  findings: (['DESKTOP_STOPPED@engine:D', 'CONTEXT_SWITCHED@context:current'] as const).map(
    (key) => ({
      code: key.startsWith('D') ? 'DESKTOP_STOPPED' : 'CONTEXT_SWITCHED',
      severity: 'critical',
      status: 'firing',
      subject: key.slice(key.indexOf('@') + 1),
      sentence: key.startsWith('D')
        ? 'Docker Desktop does not run, expected it running.'
        : 'Docker context is default, expected desktop-linux.',
      evidence: { since: '10:01' },
      remedy: { kind: 'none' },
      since: incident.since,
    }),
  ),
}

const record: IncidentRecord = { incident, stack: 'odin', before: calm, worst: failed, last: calm }
const period = { since: '2026-11-23T00:00:00.000Z', until: '2026-11-23T12:00:00.000Z' }

describe('an incident report', () => {
  const text = incidentReport({
    ...period,
    records: [record],
    timeline: [
      {
        at: '2026-11-23T10:08:00.000Z',
        kind: 'operation',
        stack: 'odin',
        subject: 'operation:1',
        sentence: 'Switch back to desktop-linux: done.',
      },
    ],
  })

  it('has what the user once had to write by hand', () => {
    const headings = text.split('\n').filter((line) => line.startsWith('#'))
    expect(headings).toEqual([
      '# Incident report',
      '## Summary',
      `## ${incident.sentence}`,
      '### What worked before',
      '### State at the failure',
      '### Root cause',
      '### Contributing factors',
      '### Affected services',
      '### How it stands now',
      '## What was done',
      '## Timeline',
    ])
  })

  it('tells the cause from what followed, and what changed for whom', () => {
    expect(text).toContain('Docker Desktop does not run, expected it running.\n')
    expect(text).toContain(
      '- Docker context is default, expected desktop-linux. (CONTEXT_SWITCHED)',
    )
    expect(text).toContain('| grafana | desktop-linux: running, healthy | not in sight |')
    expect(text).toContain('did not answer: Nobody listens at unix:///d.')
    expect(text).toContain('- 2026-11-23 10:08:00 Switch back to desktop-linux: done.')
  })

  it('says so when nothing happened', () => {
    const empty = incidentReport({ ...period, records: [], timeline: [] })
    expect(empty).toContain('No incident was recorded in this time.')
    expect(empty).toContain('Nothing is recorded.')
  })

  it('lets no sentence break its table', () => {
    const sentence = 'a | b\nc'
    const odd = { ...record, incident: { ...incident, sentence } }
    const lines = incidentReport({ ...period, records: [odd], timeline: [] }).split('\n')
    expect(lines).toContain(
      '| a \\| b c | odin | 2026-11-23 10:01:00 | 2026-11-23 10:09:00 | critical |',
    )
  })
})
