import { expect, test } from 'vitest'
import { aSituation } from '../../test/support/a-situation.ts'
import {
  aContext,
  anEngineSight,
  anObservedState,
  desktopEndpoint,
  desktopQuit,
  desktopWith,
  minute,
  nativeWith,
  noon,
  noReading,
  someContainers,
} from '../../test/support/a-world.ts'
import { monitoredStack, someMonitoring } from '../../test/support/some-monitoring.ts'
import { chainStageSchema, statusSchema } from '../ipc/status.ts'
import { assess } from './assess.ts'
import { hold } from './hold.ts'
import { groupIncidents } from './incidents.ts'
import { monitoringVerdict } from './monitoring/monitoring-verdict.ts'
import { type StatusMatter, statusView } from './status-view.ts'
import { verdict } from './verdict.ts'

function viewOf(observed = anObservedState(), different: Partial<StatusMatter> = {}) {
  const situation = aSituation({ observed })
  const held = hold([], assess(situation), noon, () => 0)
  const view = statusView({
    observed,
    stack: situation.stack,
    stackFile: '/home/ada/.config/odin-sentinel/stack.yaml',
    held,
    incidents: groupIncidents(held, [], noon),
    verdict: verdict({ ...situation, held }),
    snoozes: {},
    now: noon,
    ...different,
  })
  return statusSchema.parse(view)
}

test('home and current, by name and by engine', () => {
  expect(viewOf()).toMatchObject({
    health: 'ok',
    at: '2026-11-23T12:00:00.000Z',
    stack: 'odin',
    home: { context: 'desktop-linux', source: 'stack file', engineId: 'DESK' },
    current: { context: 'desktop-linux', source: 'config.json', engineId: 'DESK' },
  })
})

test('a service has all its places, on whatever engine', () => {
  const engines = [desktopWith(), nativeWith(someContainers(['grafana']))]
  const grafana = viewOf(anObservedState({ engines })).services.find(
    (one) => one.name === 'grafana',
  )
  expect(grafana?.places).toMatchObject([
    { context: 'desktop-linux', engineId: 'DESK', state: 'running' },
    { context: 'default', engineId: 'NATV', container: 'odin-grafana-1' },
  ])
})

test('a service that runs once says so, and the others say nothing of it', () => {
  const { stack } = aSituation()
  const [project] = stack.projects
  const [start] = project?.starts ?? []
  const [service] = start?.services ?? []
  if (!project || !start || !service) throw new Error('the stack has a service')
  const starts = [{ ...start, services: [{ ...service, oneShot: true }] }]
  const once = { ...stack, projects: [{ ...project, starts }] }
  expect(viewOf(undefined, { stack: once }).services[0]?.oneShot).toBe(true)
  expect(viewOf().services[0]).not.toHaveProperty('oneShot')
})

test('an engine is one row, however many endpoints lead to it', () => {
  const alias = aContext({ name: 'alias', endpoint: 'unix:///run/alias.sock' })
  const observed = anObservedState({
    contexts: { current: 'alias', contexts: [aContext(), alias] },
    engines: [
      desktopWith(),
      anEngineSight({ endpoint: alias.endpoint, contexts: ['alias'], sameAs: desktopEndpoint }),
    ],
  })
  expect(viewOf(observed).engines).toMatchObject([
    { engineId: 'DESK', contexts: ['desktop-linux', 'alias'], home: true, current: true },
  ])
})

test('an engine that is gone says why, and is still home', () => {
  const view = viewOf(desktopQuit)
  expect(view.health).toBe('critical')
  expect(view.engines[0]).toMatchObject({
    answers: false,
    failure: 'there is no socket at /home/ada/.docker/desktop/docker.sock',
    home: true,
    current: false,
  })
  expect(view.incidents).toHaveLength(1)
})

test('nothing seen, no stack: every field says so', () => {
  const observed = anObservedState({
    contexts: noReading('pending'),
    engines: [anEngineSight({ engine: noReading('pending'), containers: noReading('pending') })],
  })
  expect(viewOf(observed, { stack: undefined, stackFile: undefined })).toMatchObject({
    stack: null,
    stackFile: null,
    home: null,
    current: null,
    services: [],
    engines: [{ engineId: null, answers: false, home: false, current: false }],
  })
})

test('a snooze shows until it is over', () => {
  const observed = anObservedState({ contexts: { current: 'default' } })
  const id = viewOf(observed).incidents[0]?.id ?? ''
  const until = noon + 60 * minute
  expect(viewOf(observed, { snoozes: { [id]: until } }).incidents[0]?.snoozedUntil).toBe(
    '2026-11-23T13:00:00.000Z',
  )
  const later = viewOf(observed, { snoozes: { [id]: until }, now: until })
  expect(later.incidents[0]).not.toHaveProperty('snoozedUntil')
})

test('the chain and its counts are published where somebody looks beyond the containers', () => {
  expect(viewOf()).not.toHaveProperty('monitoring')
  const monitoring = someMonitoring()
  const situation = { ...aSituation(), monitoring, stack: monitoredStack }
  const { monitoring: part } = viewOf(situation.observed, {
    monitoring,
    monitoringVerdict: monitoringVerdict(situation, []),
  })
  expect(part).toMatchObject({
    health: 'ok',
    sentence: 'Monitoring works.',
    counts: {
      exporters: { working: 2, total: 2 },
      targets: { working: 2, total: 2 },
      datasources: { working: 1, total: 1 },
      dashboards: { working: 1, total: 1 },
      gpus: 1,
    },
  })
  expect(part?.chain.map(({ stage }) => stage)).toEqual(chainStageSchema.options)
})
