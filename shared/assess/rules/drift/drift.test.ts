import { expect, test } from 'vitest'
import { aSituation } from '../../../../test/support/a-situation.ts'
import {
  aContainer,
  anObservedState,
  aReading,
  desktopWith,
  nativeWith,
  noReading,
} from '../../../../test/support/a-world.ts'
import {
  aBaseline,
  aFile,
  monitored,
  monitoredStack,
} from '../../../../test/support/some-monitoring.ts'
import type { WatchedFile } from '../../../domain/watched-file.ts'
import { composeDrift } from './compose-drift.ts'
import { configDrift } from './config-drift.ts'
import { imageDrift } from './image-drift.ts'

const path = '/home/ada/odin/prometheus.yml'
const file = (different: Partial<WatchedFile>) => monitored({ files: aReading([aFile(different)]) })

test.each<[string, Partial<WatchedFile>, string | undefined]>([
  ['the same', {}, undefined],
  [
    'changed',
    { sha256: 'b'.repeat(64) },
    `${path} is not as it was accepted, expected the same content.`,
  ],
  ['gone', { state: 'missing' }, `${path} is gone, expected as accepted.`],
  ['nobody accepted it', { path: '/x', sha256: 'b' }, undefined],
  ['not to be read', { state: 'unreadable' }, undefined],
])('a configuration: %s', (_, different, sentence) => {
  const { sha256: _sha, ...rest } = aFile()
  const seen = different.state === 'unreadable' ? { ...rest, ...different } : aFile(different)
  expect(
    configDrift(monitored({ files: aReading([seen]) })).map((finding) => finding.sentence),
  ).toEqual(sentence ? [sentence] : [])
})

test('who uses it, and which code it is', () => {
  const other = 'b'.repeat(64)
  expect(configDrift(file({ sha256: other }))[0]?.evidence['used by']).toBe('odin/prometheus')
  expect(composeDrift(file({ sha256: other }))).toEqual([])
  for (const role of ['compose', 'env'] as const) {
    expect(configDrift(file({ sha256: other, role }))).toEqual([])
    expect(composeDrift(file({ sha256: other, role }))).toMatchObject([
      { code: 'COMPOSE_DRIFT', subject: `file:${path}` },
    ])
  }
})

test('without a baseline, or without a look, nothing has drifted', () => {
  const changed = someChanged()
  expect(configDrift({ ...changed, baseline: undefined } as never)).toEqual([])
  expect(configDrift(monitored({ files: noReading('other') }))).toEqual([])
  expect(imageDrift(aSituation({ stack: monitoredStack }))).toEqual([])
})

const someChanged = () => file({ sha256: 'b'.repeat(64) })

const running = (imageId: string, hash: string) =>
  anObservedState({
    engines: [
      desktopWith([
        aContainer({
          service: 'grafana',
          imageId,
          labels: { 'com.docker.compose.config-hash': hash },
        }),
      ]),
      nativeWith(),
    ],
  })
const baseline = aBaseline({
  images: { 'odin/grafana': 'sha256:1111' },
  configHashes: { 'odin/grafana': 'h1' },
})

test.each([
  ['sha256:1111', 'h1', 0, 0],
  ['sha256:2222', 'h1', 1, 0],
  ['sha256:1111', 'h2', 0, 1],
])('image %s and settings %s', (image, hash, images, settings) => {
  const situation = monitored({}, { observed: running(image, hash), baseline })
  expect(imageDrift(situation)).toHaveLength(images)
  expect(composeDrift(situation)).toHaveLength(settings)
})

test('an image under the same tag', () => {
  const situation = monitored({}, { observed: running('sha256:2222', 'h1'), baseline })
  expect(imageDrift(situation)).toMatchObject([
    { sentence: 'grafana runs another image than was accepted, expected 1111.' },
  ])
})
