import { expect, test } from 'vitest'
import { minute, noon, second } from '../../../../test/support/a-world.ts'
import {
  aBaseline,
  aTarget,
  hostTarget,
  monitored,
  prometheusWith,
} from '../../../../test/support/some-monitoring.ts'
import type { Prometheus } from '../../../domain/prometheus.ts'
import { samplesStale } from './samples-stale.ts'

const sentences = (different: Partial<Prometheus>) =>
  samplesStale(monitored({ prometheus: [prometheusWith(different)] })).map(
    ({ sentence }) => sentence,
  )

const fresh = noon - 5 * second

test.each<[string, Partial<Prometheus>, string[]]>([
  ['fresh ones', {}, []],
  [
    'old ones',
    { newestSampleAt: { node: noon - 10 * minute, host: fresh } },
    ['Job node has had no samples for 10 min, expected fresh ones.'],
  ],
  [
    'none at all, though it was scraped',
    { newestSampleAt: { host: fresh } },
    ['Job node has no samples, expected fresh ones.'],
  ],
  ['none yet after a start', { newestSampleAt: {}, startedAt: noon - 30 * second }, []],
  [
    'a job that is scraped seldom',
    {
      targets: [aTarget({ scrapeIntervalSeconds: 300 }), hostTarget],
      newestSampleAt: { node: noon - 8 * minute, host: fresh },
    },
    [],
  ],
  [
    'a job that was accepted and is gone',
    { targets: [aTarget()] },
    ['Job host has no targets any more, expected fresh ones.'],
  ],
  ['not ready: then that is said', { ready: false, newestSampleAt: {} }, []],
])('%s', (_, different, expected) => {
  expect(sentences(different)).toEqual(expected)
})

test('what was never accepted cannot be missed', () => {
  const prometheus = [prometheusWith({ targets: [aTarget()] })]
  expect(samplesStale(monitored({ prometheus }, { baseline: aBaseline({ jobs: [] }) }))).toEqual([])
})
