import { expect, test } from 'vitest'
import {
  aConfigFile,
  aContext,
  aHome,
  anObservedState,
  aStack,
  desktopEndpoint,
  desktopQuit,
  desktopStopped,
  desktopWith,
  nativeContext,
  nativeHome,
  nativeWith,
  noReading,
  silent,
  someContainers,
  switchedToDefault,
} from '../../test/support/a-world.ts'
import type { ObservedState } from '../domain/observed-state.ts'
import type { Stack } from '../domain/stack.ts'
import { renderPlan } from './plan.ts'
import { planSwitchBack, type SwitchBackIntent } from './switch-back.ts'

type Wish = Omit<SwitchBackIntent, 'kind'>

const plan = (observed: ObservedState, wish: Wish = {}, stack: Stack = aStack()) =>
  planSwitchBack({ observed, stack, intent: { kind: 'switch-back', ...wish } })

const rendered = (...parameters: Parameters<typeof plan>): string => {
  const result = plan(...parameters)
  return result.ok ? renderPlan(result.value) : `${result.error.code}: ${result.error.sentence}`
}

const keep = 'KeepCopy: keep a copy of /home/ada/.docker/config.json (it is about to be changed)'
const select =
  'SelectContext: set the Docker context from default to desktop-linux (desktop-linux is the home of odin)'
const verify = `VerifyEngine: ask ${desktopEndpoint} whether it is engine DESK (a context is only a name)`
const start =
  'StartDesktop: start docker-desktop.service of this user (the home engine lives in Docker Desktop, which does not run)'
const wait = `WaitForEngine: wait up to 120 s for the engine at ${desktopEndpoint} (Docker Desktop boots a virtual machine first)`

const numbered = (...lines: string[]): string =>
  lines.map((line, index) => `${index + 1}. ${line}`).join('\n')

const withoutFile = anObservedState({
  contexts: { current: 'default', configFile: { ...aConfigFile(), state: 'missing' } },
})
const stoppedButSelected = anObservedState({ engines: [desktopStopped, nativeWith()] })
const ghost = anObservedState({ contexts: { current: 'ghost', source: 'config.json' } })
const alias = anObservedState({
  contexts: {
    current: 'alias',
    contexts: [nativeContext, aContext(), aContext({ name: 'alias' })],
  },
})

test.each<[string, string, Parameters<typeof plan>]>([
  ['after docker context use', numbered(keep, select, verify), [switchedToDefault]],
  ['without a config.json', numbered(select, verify), [withoutFile]],
  [
    'Docker Desktop was quit',
    numbered(keep, start, wait, select, verify),
    [desktopQuit, { startDesktop: true }],
  ],
  [
    'Docker Desktop died and is still selected',
    numbered(start, wait, verify),
    [stoppedButSelected, { startDesktop: true }],
  ],
  [
    'Docker Desktop is up by now',
    numbered(keep, select, verify),
    [switchedToDefault, { startDesktop: true }],
  ],
  [
    'the current context does not exist',
    numbered(keep, select.replace('default', 'ghost'), verify),
    [ghost],
  ],
  ['already home', 'Nothing to do.', [anObservedState()]],
  ['already home under another name', 'Nothing to do.', [alias]],
  [
    'from there to home by its own name',
    numbered(keep, select.replace('default', 'alias'), verify),
    [alias, { to: 'desktop-linux' }],
  ],
  [
    'pinned, and pinned home',
    'Nothing to do.',
    [anObservedState({ contexts: { source: 'DOCKER_CONTEXT' } })],
  ],
  [
    'to another context than home',
    numbered(
      keep,
      'SelectContext: set the Docker context from desktop-linux to default (asked for by name)',
      'VerifyEngine: ask unix:///var/run/docker.sock whether it is engine NATV (a context is only a name)',
    ),
    [anObservedState(), { to: 'default' }],
  ],
])('%s', (_, expected, parameters) => {
  expect(rendered(...parameters)).toBe(expected)
})

test.each<[string, Parameters<typeof plan>]>([
  [
    'CONTEXT_PINNED_BY_ENV: DOCKER_CONTEXT is set, so writing the context would have no effect.',
    [anObservedState({ contexts: { current: 'default', source: 'DOCKER_CONTEXT' } })],
  ],
  [
    'CONTEXT_PINNED_BY_ENV: DOCKER_HOST is set, so writing the context would have no effect.',
    [
      anObservedState({
        contexts: { current: 'default', source: 'DOCKER_HOST', endpoint: 'tcp://10.0.0.7:2375' },
      }),
    ],
  ],
  [
    'CONTEXT_CONFIG_INVALID: /home/ada/.docker/config.json cannot be parsed, and rewriting it would lose what is in it.',
    [anObservedState({ contexts: { current: 'default', configFile: { state: 'invalid' } } })],
  ],
  [
    'CANNOT_SEE: /home/ada/.docker/config.json cannot be read: No permission.',
    [
      anObservedState({
        contexts: {
          current: 'default',
          configFile: { state: 'unreadable', problem: 'No permission.' },
        },
      }),
    ],
  ],
  [
    'CONTEXT_MISSING: Docker context desktop-linux does not exist.',
    [anObservedState({ contexts: { current: 'default', contexts: [nativeContext] } })],
  ],
  [
    'CONTEXT_MISSING: Docker context nowhere does not exist.',
    [anObservedState(), { to: 'nowhere' }],
  ],
  [
    'HOME_ENGINE_DOWN: Docker Desktop does not run, so desktop-linux would lead nowhere.',
    [desktopQuit],
  ],
  [
    'HOME_ENGINE_DOWN: The engine of default does not answer at unix:///var/run/docker.sock.',
    [
      anObservedState({ engines: [desktopWith(), silent(nativeWith(), 'refused')] }),
      {},
      aStack({ home: nativeHome }),
    ],
  ],
  [
    'ENGINE_REPLACED: desktop-linux leads to engine DESK, expected GONE.',
    [switchedToDefault, {}, aStack({ home: aHome({ engineId: 'GONE' }) })],
  ],
  [
    'CANNOT_SEE: The engine of desktop-linux cannot be seen: No permission.',
    [
      anObservedState({
        contexts: { current: 'default' },
        engines: [silent(desktopWith(), 'permission-denied', 'No permission.'), nativeWith()],
      }),
    ],
  ],
  [
    'CANNOT_SEE: The Docker contexts cannot be read: No permission.',
    [anObservedState({ contexts: noReading('permission-denied', 'No permission.') })],
  ],
])('refuses: %s', (expected, parameters) => {
  expect(rendered(...parameters)).toBe(expected)
})

test('offers to start Docker Desktop, and the offer works', () => {
  const refusal = plan(desktopQuit)
  const offer = refusal.ok ? undefined : refusal.error.offer
  expect(offer).toEqual({
    intent: { kind: 'switch-back', startDesktop: true },
    label: 'Start Docker Desktop and switch back',
  })
  expect(plan(desktopQuit, { startDesktop: true }).ok).toBe(true)
})

test('says what it will not undo', () => {
  const engines = [desktopWith(), nativeWith(someContainers(['grafana', 'prometheus']))]
  const strays = plan(anObservedState({ contexts: { current: 'default' }, engines }))
  expect(strays.ok && strays.value.warnings).toEqual([
    '2 containers of odin run on default and stay there, holding ports 9090, 9092.',
  ])
  const away = plan(anObservedState(), { to: 'default' })
  expect(away.ok && away.value.warnings).toEqual([
    'desktop-linux remains the home of odin: Sentinel will go on saying so.',
  ])
})
