import { expect, test } from 'vitest'
import { aSituation } from '../../../../test/support/a-situation.ts'
import { aContext, anObservedState, nativeContext } from '../../../../test/support/a-world.ts'
import { contextMissing } from './context-missing.ts'

test('the home context was removed', () => {
  const observed = anObservedState({ contexts: { current: 'default', contexts: [nativeContext] } })
  expect(contextMissing(aSituation({ observed }))).toMatchObject([
    {
      subject: 'context:desktop-linux',
      severity: 'critical',
      sentence: expect.stringMatching(/^Docker context desktop-linux does not exist, expected/),
      remedy: { kind: 'runbook', code: 'CONTEXT_MISSING' },
    },
  ])
})

test('the current context does not exist: switching back cures it', () => {
  const observed = anObservedState({ contexts: { current: 'ghost', source: 'config.json' } })
  expect(contextMissing(aSituation({ observed }))).toMatchObject([
    {
      subject: 'context:current',
      sentence: 'Docker context ghost does not exist, expected desktop-linux.',
      remedy: { kind: 'plan', intent: { kind: 'switch-back' } },
    },
  ])
})

test('the home context is current and gone: said once', () => {
  const observed = anObservedState({ contexts: { contexts: [nativeContext] } })
  expect(contextMissing(aSituation({ observed }))).toHaveLength(1)
})

test('metadata that cannot be read is as good as missing', () => {
  const broken = aContext({ endpoint: '', problem: 'meta.json is not JSON.' })
  const observed = anObservedState({ contexts: { contexts: [nativeContext, broken] } })
  expect(contextMissing(aSituation({ observed }))[0]).toMatchObject({
    severity: 'critical',
    evidence: { problem: 'meta.json is not JSON.' },
  })
})

test('says nothing while both exist', () => {
  expect(contextMissing(aSituation())).toEqual([])
})
