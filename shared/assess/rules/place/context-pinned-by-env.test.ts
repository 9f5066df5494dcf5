import { expect, test } from 'vitest'
import { aSituation } from '../../../../test/support/a-situation.ts'
import { anObservedState, desktopEndpoint } from '../../../../test/support/a-world.ts'
import { contextPinnedByEnv } from './context-pinned-by-env.ts'

test.each([
  [
    'DOCKER_HOST is tcp://10.0.0.7:2375, expected desktop-linux or nothing.',
    { current: 'default', source: 'DOCKER_HOST', endpoint: 'tcp://10.0.0.7:2375' },
  ],
  [
    'DOCKER_CONTEXT is default, expected desktop-linux or nothing.',
    { current: 'default', source: 'DOCKER_CONTEXT' },
  ],
] as const)('%s', (sentence, contexts) => {
  const [finding] = contextPinnedByEnv(aSituation({ observed: anObservedState({ contexts }) }))
  expect(finding?.sentence).toBe(sentence)
  expect(finding?.remedy).toEqual({ kind: 'runbook', code: 'CONTEXT_PINNED_BY_ENV' })
})

test.each([
  { source: 'DOCKER_CONTEXT' },
  { current: 'default', source: 'DOCKER_HOST', endpoint: desktopEndpoint },
  { current: 'default' },
] as const)('says nothing about %o', (contexts) => {
  expect(contextPinnedByEnv(aSituation({ observed: anObservedState({ contexts }) }))).toEqual([])
})
