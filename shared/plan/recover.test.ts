import { expect, test } from 'vitest'
import {
  aContainer,
  anObservedState,
  aStack,
  desktopEndpoint,
  desktopQuit,
  desktopWith,
  nativeWith,
  someContainers,
  switchedToDefault,
} from '../../test/support/a-world.ts'
import type { ObservedState } from '../domain/observed-state.ts'
import { renderPlan } from './plan.ts'
import { planRecover } from './recover.ts'
import { planSamples, recordersAway } from './samples.ts'

type Matter = Parameters<typeof planRecover>[0]

const recover = (observed: ObservedState, different: Partial<Matter> = {}) =>
  planRecover({
    observed,
    stack: aStack(),
    intent: { kind: 'recover' },
    units: [],
    files: [],
    lost: [],
    samples: { save: [], merge: [], left: [] },
    snapshot: [],
    monitored: true,
    ...different,
  })

function planned(observed: ObservedState, different: Partial<Matter> = {}) {
  const result = recover(observed, different)
  if (!result.ok) throw new Error(result.error.sentence)
  return result.value
}

/** What the incident left: strays on the native engine, nothing at home, the context away. */
const theIncident = anObservedState({
  contexts: { current: 'default' },
  engines: [
    desktopWith([]),
    nativeWith([
      aContainer({ service: 'prometheus', restartPolicy: 'always' }),
      aContainer({ service: 'grafana' }),
      aContainer({ service: 'loki', state: 'exited' }),
      aContainer({ service: 'web', project: 'another' }),
    ]),
  ],
})

test('nothing is to be done where all is as it should be', () => {
  const plan = planned(anObservedState())
  expect(plan.steps).toEqual([])
  expect(renderPlan(plan)).toBe('Nothing to do.')
})

test('what cannot be brought back is told also where nothing is to be done', () => {
  const lost = ['/home/ada/odin/loki.yml is not what was accepted, and its text was not kept.']
  const left = ['What prometheus recorded on default stays there, in its own data: it is gone.']
  const told = ['Dashboards of grafana on default cannot be looked at.']
  const plan = planned(anObservedState(), {
    ...{ lost, samples: { save: [], merge: [], left } },
    dashboards: { save: [], carry: [], told },
  })
  expect(plan.steps).toEqual([])
  expect(plan.warnings).toEqual([...lost, ...left, ...told])
})

test('a context that was switched alone takes no more steps than a switch back, and a look', () => {
  const { steps } = planned(switchedToDefault)
  expect(steps.map(({ kind }) => kind)).toEqual([
    'KeepCopy',
    'SelectContext',
    'VerifyEngine',
    'VerifyStack',
  ])
})

test('the incident: units, strays, context, files, services, and a look, in this order', () => {
  const plan = planned(theIncident, {
    units: [
      { unit: 'node_exporter.service', scope: 'system', enabled: true, service: 'node-exporter' },
    ],
    files: [
      {
        file: '/home/ada/odin/prometheus.yml',
        source: { from: 'baseline' },
        sha256: 'a'.repeat(64),
        replaces: 'b'.repeat(64),
        usedBy: [{ project: 'odin', service: 'prometheus' }],
      },
    ],
  })
  expect(plan.steps.map(({ kind }) => kind)).toEqual([
    'StopUnit',
    'HoldContainers',
    'KeepCopy',
    'SelectContext',
    'VerifyEngine',
    'PutBackFiles',
    'BringUp',
    'VerifyStack',
  ])
  expect(plan.whenStopped).toBe('ask')
  expect(renderPlan(plan).split('\n').slice(0, 2)).toEqual([
    '1. StopUnit: stop node_exporter.service and keep it from starting by itself (it does the work of node-exporter)',
    `2. HoldContainers: stop odin-prometheus-1 and odin-grafana-1 on default and keep odin-prometheus-1 from starting by itself (odin belongs on desktop-linux)`,
  ])
  expect(renderPlan(plan)).toContain(
    'put back /home/ada/odin/prometheus.yml (as accepted), and restart prometheus',
  )
  expect(plan.warnings).toEqual([
    'Nobody keeps backups of this stack, so its present state is not kept first.',
  ])
})

test('samples are copied once their Prometheus has stopped, and added once home is up', () => {
  const [recorder] = recordersAway(theIncident, aStack())
  if (!recorder) throw new Error('Nobody records away.')
  const judged = [{ recorder }, { recorder, why: 'its disk is full' }]
  const plan = planned(theIncident, { samples: planSamples(aStack(), judged) })
  const kinds = plan.steps.map(({ kind }) => kind)
  expect(kinds.indexOf('SaveSamples')).toBeGreaterThan(kinds.lastIndexOf('HoldContainers'))
  expect(kinds.indexOf('MergeSamples')).toBeGreaterThan(kinds.lastIndexOf('BringUp'))
  expect(kinds.at(-1)).toBe('VerifyStack')
  expect(plan.warnings).toContain(
    'What prometheus recorded on default stays there, in its own data: its disk is full.',
  )
})

test('a home that sleeps is started, and everything else is done after it answers', () => {
  const kinds = planned(desktopQuit).steps.map(({ kind }) => kind)
  expect(kinds).toContain('StartDesktop')
  expect(kinds.indexOf('WaitForEngine')).toBeLessThan(kinds.indexOf('BringUp'))
})

test('what is down at home comes up with its whole start, and only that start', () => {
  const some = someContainers().filter(({ service }) => service !== 'loki')
  const { steps } = planned(anObservedState({ engines: [desktopWith(some), nativeWith()] }))
  const ups = steps.flatMap((step) => (step.kind === 'BringUp' ? [step] : []))
  expect(ups).toHaveLength(1)
  expect(ups[0]).toMatchObject({ endpoint: desktopEndpoint, down: ['loki'] })
  expect(ups[0]?.services).toContain('prometheus')
})

test('what nobody can put back is said before anybody says yes', () => {
  const lost = ['/home/ada/odin/loki.yml is not what was accepted, and its text was not kept.']
  expect(planned(theIncident, { lost }).warnings).toContain(lost[0])
})

test('a home that is not what it was refuses the plan', () => {
  const result = recover(anObservedState({ contexts: { current: 'ghost', source: 'DOCKER_HOST' } }))
  expect(result.ok ? 'a plan' : result.error.code).toBe('CONTEXT_PINNED_BY_ENV')
})
