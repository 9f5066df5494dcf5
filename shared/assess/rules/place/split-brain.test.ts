import { expect, test } from 'vitest'
import { aSituation } from '../../../../test/support/a-situation.ts'
import {
  aContainer,
  anObservedState,
  desktopWith,
  nativeWith,
  someContainers,
} from '../../../../test/support/a-world.ts'
import { splitBrain } from './split-brain.ts'

test('the same service is up on two engines', () => {
  const engines = [desktopWith(), nativeWith([aContainer({ service: 'grafana' })])]
  expect(splitBrain(aSituation({ observed: anObservedState({ engines }) }))).toMatchObject([
    {
      severity: 'critical',
      subject: 'service:odin/grafana',
      sentence: 'grafana runs on desktop-linux and default, expected only on desktop-linux.',
    },
  ])
})

test('twice on one engine, or stopped on the other, is no split', () => {
  const twice = [...someContainers(), aContainer({ number: 2, name: 'odin-prometheus-2' })]
  const engines = [desktopWith(twice), nativeWith([aContainer({ state: 'exited' })])]
  expect(splitBrain(aSituation({ observed: anObservedState({ engines }) }))).toEqual([])
})
