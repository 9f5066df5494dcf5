import { expect, test } from 'vitest'
import { aSituation } from '../../../../test/support/a-situation.ts'
import { anObservedState, configPath } from '../../../../test/support/a-world.ts'
import { contextConfigInvalid } from './context-config-invalid.ts'

const withFile = (state: 'valid' | 'missing' | 'empty' | 'invalid') =>
  contextConfigInvalid(
    aSituation({
      observed: anObservedState({ contexts: { current: 'default', configFile: { state } } }),
    }),
  )

test('a file that cannot be parsed', () => {
  expect(withFile('invalid')).toMatchObject([
    {
      severity: 'critical',
      subject: `file:${configPath}`,
      sentence: `${configPath} cannot be parsed, expected JSON.`,
    },
  ])
})

test.each(['valid', 'missing', 'empty'] as const)('says nothing about one that is %s', (state) => {
  expect(withFile(state)).toEqual([])
})
