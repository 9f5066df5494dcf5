import { expect, test } from 'vitest'
import { aSituation } from '../../../../test/support/a-situation.ts'
import {
  anObservedState,
  aStack,
  desktopQuit,
  desktopWith,
  nativeHome,
  nativeWith,
  silent,
} from '../../../../test/support/a-world.ts'
import { desktopStopped } from './desktop-stopped.ts'

test.each(['not-found', 'refused', 'timeout'] as const)('Docker Desktop is gone: %s', (code) => {
  const observed = anObservedState({ engines: [silent(desktopWith(), code), nativeWith()] })
  const [finding] = desktopStopped(aSituation({ observed }))
  expect(finding).toMatchObject({
    severity: 'critical',
    sentence: 'Docker Desktop does not run, expected it to run odin.',
    remedy: {
      kind: 'plan',
      intent: { kind: 'switch-back', startDesktop: true },
      label: 'Start Docker Desktop and switch back',
    },
  })
  expect(finding?.evidence['out of sight']).toMatch(/^14 of 14/)
})

test('where starting it would not help, the page says what does', () => {
  const observed = anObservedState({
    contexts: { current: 'default', source: 'DOCKER_CONTEXT' },
    engines: desktopQuit.engines,
  })
  expect(desktopStopped(aSituation({ observed }))[0]?.remedy).toEqual({
    kind: 'runbook',
    code: 'DESKTOP_STOPPED',
  })
})

test('says nothing when it answers, cannot be seen, or is not home', () => {
  const locked = anObservedState({ engines: [silent(desktopWith(), 'permission-denied')] })
  expect(desktopStopped(aSituation())).toEqual([])
  expect(desktopStopped(aSituation({ observed: locked }))).toEqual([])
  expect(
    desktopStopped(aSituation({ observed: desktopQuit, stack: aStack({ home: nativeHome }) })),
  ).toEqual([])
})
