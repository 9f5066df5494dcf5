import { expect, test } from 'vitest'
import {
  aContainer,
  aHome,
  anObservedState,
  aStack,
  desktopQuit,
  desktopWith,
  fourteen,
  nativeWith,
  noReading,
  silent,
  someContainers,
  switchedToDefault,
} from '../../test/support/a-world.ts'
import type { ObservedState } from '../domain/observed-state.ts'
import { planKeepHere } from './keep-here.ts'
import { renderPlan } from './plan.ts'

const stackFile = '/home/ada/.config/odin-sentinel/stack.yaml'
const plan = (observed: ObservedState, stack = aStack()) =>
  planKeepHere({ observed, stack, stackFile })

test('accepts where docker goes now as home', () => {
  const result = plan(switchedToDefault)
  expect(result.ok && renderPlan(result.value)).toBe(
    [
      `1. KeepCopy: keep a copy of ${stackFile} (it is about to be changed)`,
      `2. AcceptHome: make default the home in ${stackFile} instead of desktop-linux (default is where odin belongs from now on)`,
    ].join('\n'),
  )
  expect(result.ok && result.value.steps[1]).toMatchObject({
    to: { context: 'default', engineId: 'NATV', engineKind: 'native' },
  })
})

test('says what would be left behind, and what is missing here', () => {
  const prometheus = aContainer({
    mounts: [
      { type: 'volume', source: 'odin_promdata', destination: '/prometheus', readOnly: false },
      { type: 'bind', source: '/etc/prometheus', destination: '/etc/prometheus', readOnly: true },
    ],
  })
  const engines = [
    desktopWith([prometheus]),
    nativeWith(someContainers(fourteen.filter((name) => name !== 'loki'))),
  ]
  const result = plan(anObservedState({ contexts: { current: 'default' }, engines }))
  expect(result.ok && result.value.warnings).toEqual([
    'Keeps running on desktop-linux: prometheus.',
    'These volumes and their data stay on desktop-linux: odin_promdata.',
    'Another engine may see other files under these bind mounts: /etc/prometheus.',
    'Not running on default: loki.',
  ])
})

test('says so when the old home cannot be seen', () => {
  const result = plan(desktopQuit)
  expect(result.ok && result.value.warnings[0]).toBe(
    'desktop-linux cannot be seen now, so nobody can say what would be left behind there.',
  )
})

test('accepts a replaced engine under the same name', () => {
  const result = plan(anObservedState(), aStack({ home: aHome({ engineId: 'GONE' }) }))
  expect(result.ok && result.value.steps[1]?.cause).toBe('engine DESK is the right one from now on')
})

test('has nothing to do at home', () => {
  const result = plan(anObservedState())
  expect(result.ok && renderPlan(result.value)).toBe('Nothing to do.')
})

test.each<[string, ObservedState]>([
  ['CANNOT_SEE', anObservedState({ contexts: noReading('permission-denied') })],
  [
    'CANNOT_SEE',
    anObservedState({
      contexts: { current: 'default' },
      engines: [desktopWith(), silent(nativeWith(), 'refused')],
    }),
  ],
  ['CONTEXT_MISSING', anObservedState({ contexts: { current: 'ghost', source: 'config.json' } })],
  [
    'CONTEXT_PINNED_BY_ENV',
    anObservedState({
      contexts: { current: 'default', source: 'DOCKER_HOST', endpoint: 'tcp://10.0.0.7:2375' },
    }),
  ],
])('refuses: %s', (code, observed) => {
  const result = plan(observed)
  expect(result.ok ? 'a plan' : result.error.code).toBe(code)
})
