import { expect, test } from 'vitest'
import { aHome, nativeHome } from '../../test/support/a-world.ts'
import { describeStep, renderPlan, type Step } from './plan.ts'

const cause = 'the home is desktop-linux'

test.each<[string, Step]>([
  ['keep a copy of /etc/file', { kind: 'KeepCopy', file: '/etc/file', cause }],
  [
    'start docker-desktop.service of this user',
    { kind: 'StartDesktop', unit: 'docker-desktop.service', cause },
  ],
  [
    'wait up to 120 s for the engine at unix:///desktop.sock',
    {
      kind: 'WaitForEngine',
      endpoint: 'unix:///desktop.sock',
      engineId: 'DESK',
      seconds: 120,
      cause,
    },
  ],
  [
    'set the Docker context from default to desktop-linux',
    {
      kind: 'SelectContext',
      configDirectory: '/docker',
      from: 'default',
      to: 'desktop-linux',
      cause,
    },
  ],
  [
    'ask unix:///desktop.sock whether it is engine DESK',
    { kind: 'VerifyEngine', endpoint: 'unix:///desktop.sock', engineId: 'DESK', cause },
  ],
  [
    'make default the home in /odin.yaml instead of desktop-linux',
    {
      kind: 'AcceptHome',
      stackFile: '/odin.yaml',
      from: aHome(),
      to: nativeHome,
      cause,
    },
  ],
])('%s', (text, step) => {
  expect(describeStep(step)).toBe(text)
})

const plan = {
  intent: { kind: 'switch-back' },
  stack: 'odin',
  warnings: [],
} as const

test('a plan is one line a step, with its number, its kind and its cause', () => {
  const steps: Step[] = [
    { kind: 'KeepCopy', file: '/a', cause: 'a is written' },
    { kind: 'VerifyEngine', endpoint: 'unix:///b', engineId: 'B', cause: 'names may move' },
  ]
  expect(renderPlan({ ...plan, steps })).toBe(
    '1. KeepCopy: keep a copy of /a (a is written)\n' +
      '2. VerifyEngine: ask unix:///b whether it is engine B (names may move)',
  )
})

test('a plan without steps says so', () => {
  expect(renderPlan({ ...plan, steps: [] })).toBe('Nothing to do.')
})
