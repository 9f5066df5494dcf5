import { expect, test } from 'vitest'
import type { Incident } from './finding.ts'
import { recovers } from './recoverable.ts'

const incident = (...findings: string[]): Incident => ({
  id: 'i',
  cause: 'CONTEXT_SWITCHED',
  severity: 'critical',
  status: 'firing',
  sentence: 'Docker context is default.',
  since: 0,
  findings,
  remedy: { kind: 'none' },
})

test.each([
  [false, 'a switched context alone', incident('CONTEXT_SWITCHED@context:current')],
  [true, 'strays beside it', incident('CONTEXT_SWITCHED@context:current', 'STRAY_CONTAINERS@x')],
  [true, 'a unit that does the work of a container', incident('HYBRID_DEPLOYMENT@unit:a.service')],
  [
    false,
    'a context that only the environment can change',
    incident('CONTEXT_PINNED_BY_ENV@context:current', 'STRAY_CONTAINERS@x'),
  ],
  [false, 'what is over', { ...incident('SPLIT_BRAIN@x'), status: 'resolved' as const }],
])('%s for %s', (expected, _what, one) => {
  expect(recovers(one)).toBe(expected)
})
