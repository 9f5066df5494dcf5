import { expect, test } from 'vitest'
import {
  aContainer,
  anObservedState,
  aReading,
  desktopWith,
  nativeWith,
} from '../../../../test/support/a-world.ts'
import { aBaseline, aFile, monitored } from '../../../../test/support/some-monitoring.ts'
import type { WatchedFile } from '../../../domain/watched-file.ts'
import { composeDrift } from './compose-drift.ts'

const path = '/home/ada/odin/prometheus.yml'

const file = (different: Partial<WatchedFile>) => monitored({ files: aReading([aFile(different)]) })

test('a file of Compose, and none that is mounted', () => {
  const other = 'b'.repeat(64)
  expect(composeDrift(file({ sha256: other }))).toEqual([])
  for (const role of ['compose', 'env'] as const) {
    expect(composeDrift(file({ sha256: other, role }))).toMatchObject([
      { code: 'COMPOSE_DRIFT', subject: `file:${path}` },
    ])
  }
})

const running = (hash: string) =>
  anObservedState({
    engines: [
      desktopWith([
        aContainer({
          service: 'grafana',
          labels: { 'com.docker.compose.config-hash': hash },
        }),
      ]),
      nativeWith(),
    ],
  })

const baseline = aBaseline({
  configHashes: { 'odin/grafana': 'h1' },
})

test.each([
  ['h1', 0],
  ['h2', 1],
])('a container made with the settings %s', (hash, count) => {
  const situation = monitored({}, { observed: running(hash), baseline })
  expect(composeDrift(situation)).toHaveLength(count)
})
