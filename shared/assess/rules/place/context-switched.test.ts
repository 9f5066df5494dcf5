import { expect, test } from 'vitest'
import { afterSeeing, aSituation } from '../../../../test/support/a-situation.ts'
import {
  aContext,
  anObservedState,
  aStack,
  desktopEndpoint,
  desktopQuit,
  desktopStopped,
  desktopWith,
  minute,
  nativeContext,
  nativeHome,
  nativeWith,
  noon,
  noReading,
  silent,
  someContainers,
  switchedToDefault,
} from '../../../../test/support/a-world.ts'
import { remember } from '../../history.ts'
import { contextSwitched } from './context-switched.ts'

const well = anObservedState()

test('says where docker goes, why, and what is out of sight', () => {
  const [finding] = contextSwitched(afterSeeing(well, switchedToDefault))
  expect(finding).toMatchObject({
    code: 'CONTEXT_SWITCHED',
    severity: 'critical',
    subject: 'context:current',
    sentence: 'Docker context is default, expected desktop-linux.',
    remedy: { kind: 'plan', intent: { kind: 'switch-back' }, label: 'Switch back' },
  })
  expect(finding?.evidence).toMatchObject({
    cause: 'the context was set to default in config.json (docker context use)',
    previous: 'desktop-linux',
    since: '2026-11-23T12:00:00.000Z',
  })
  expect(finding?.evidence['out of sight']).toMatch(/^14 of 14 services: prometheus, /)
})

test.each([
  ['Docker Desktop stopped', afterSeeing(well, desktopQuit)],
  [
    'environment (DOCKER_CONTEXT)',
    afterSeeing(
      well,
      anObservedState({ contexts: { current: 'default', source: 'DOCKER_CONTEXT' } }),
    ),
  ],
  [
    'context removed',
    afterSeeing(
      well,
      anObservedState({ contexts: { current: 'default', contexts: [nativeContext] } }),
    ),
  ],
  [
    'config.json cannot be parsed',
    afterSeeing(
      well,
      anObservedState({ contexts: { current: 'default', configFile: { state: 'invalid' } } }),
    ),
  ],
])('names the cause: %s', (cause, situation) => {
  expect(contextSwitched(situation)[0]?.evidence['cause']).toBe(cause)
})

test('the start of Docker Desktop takes docker away from a native home', () => {
  const before = anObservedState({
    contexts: { current: 'default' },
    engines: [desktopStopped, nativeWith(someContainers())],
  })
  const after = anObservedState({ engines: [desktopWith([]), nativeWith(someContainers())] })
  const situation = { ...afterSeeing(before, after), stack: aStack({ home: nativeHome }) }
  expect(contextSwitched(situation)[0]).toMatchObject({
    sentence: 'Docker context is desktop-linux, expected default.',
    evidence: { cause: 'Docker Desktop started' },
  })
})

test('Docker Desktop that stops an hour after a switch is not its cause', () => {
  const switched = remember(afterSeeing(well).history, switchedToDefault, noon - 60 * minute)
  const history = remember(switched, desktopQuit, noon)
  expect(
    contextSwitched(aSituation({ observed: desktopQuit, history }))[0]?.evidence['cause'],
  ).not.toBe('Docker Desktop stopped')
})

test('Docker Desktop that was quit stays the cause when it is back and the context is not', () => {
  const back = afterSeeing(well, desktopQuit, switchedToDefault)
  expect(contextSwitched(back)[0]?.evidence['cause']).toBe('Docker Desktop stopped')
})

test('Docker Desktop that was back before somebody switched is not the cause', () => {
  const desktopDown = anObservedState({ engines: [desktopStopped, nativeWith()] })
  const somebody = afterSeeing(well, desktopDown, well, well, switchedToDefault)
  expect(contextSwitched(somebody)[0]?.evidence['cause']).toContain('docker context use')
})

test('a switch that nobody saw is told as such', () => {
  const before = afterSeeing(well).history
  const history = remember(before, switchedToDefault, noon + minute, { firstLook: true })
  const [finding] = contextSwitched(aSituation({ observed: switchedToDefault, history }))
  expect(finding?.evidence['noticed']).toContain('while Sentinel was not running')
})

test('the engine is the identity: another name for the home engine is no switch', () => {
  const alias = aContext({ name: 'alias', endpoint: 'unix:///run/alias.sock' })
  const observed = anObservedState({
    contexts: { current: 'alias', contexts: [nativeContext, aContext(), alias] },
    engines: [
      desktopWith(),
      {
        ...desktopWith([]),
        endpoint: alias.endpoint,
        contexts: ['alias'],
        sameAs: desktopEndpoint,
      },
    ],
  })
  expect(contextSwitched(aSituation({ observed }))).toEqual([])
})

test('an engine that does not answer at another endpoint than home is a switch', () => {
  const observed = anObservedState({
    contexts: { current: 'default' },
    engines: [desktopWith(), silent(nativeWith(), 'refused')],
  })
  expect(contextSwitched(aSituation({ observed }))).toHaveLength(1)
})

test('what runs elsewhere is named, and what docker still shows is not out of sight', () => {
  const observed = anObservedState({
    contexts: { current: 'default' },
    engines: [desktopWith(), nativeWith(someContainers(['grafana']))],
  })
  const evidence = contextSwitched(aSituation({ observed }))[0]?.evidence
  expect(evidence?.['out of sight']).toMatch(/^13 of 14/)
  expect(evidence?.['run elsewhere']).toBe('grafana on default')
})

test.each([
  ['at home', anObservedState()],
  ['contexts that cannot be read', anObservedState({ contexts: noReading('permission-denied') })],
])('says nothing: %s', (_, observed) => {
  expect(contextSwitched(aSituation({ observed }))).toEqual([])
})
