import { expect, test } from 'vitest'
import { aSituation } from '../../../../test/support/a-situation.ts'
import {
  aContainer,
  anObservedState,
  desktopWith,
  nativeWith,
} from '../../../../test/support/a-world.ts'
import { aBaseline, monitored, monitoredStack } from '../../../../test/support/some-monitoring.ts'
import { composeDrift } from './compose-drift.ts'
import { imageDrift } from './image-drift.ts'

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

test('without a baseline nothing has drifted', () => {
  expect(imageDrift(aSituation({ stack: monitoredStack }))).toEqual([])
})
