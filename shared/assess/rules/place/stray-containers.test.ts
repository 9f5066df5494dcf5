import { expect, test } from 'vitest'
import { aSituation } from '../../../../test/support/a-situation.ts'
import {
  aContainer,
  anObservedState,
  desktopWith,
  nativeWith,
  someContainers,
} from '../../../../test/support/a-world.ts'
import { strayContainers } from './stray-containers.ts'

const onNative = (containers: ReturnType<typeof someContainers>) =>
  strayContainers(
    aSituation({ observed: anObservedState({ engines: [desktopWith(), nativeWith(containers)] }) }),
  )

test('containers of the stack run on another engine', () => {
  expect(onNative(someContainers(['grafana', 'prometheus']))).toMatchObject([
    {
      severity: 'warning',
      subject: 'engine:NATV',
      sentence: '2 containers run on default, expected only on desktop-linux.',
      evidence: { services: 'grafana, prometheus', 'ports held': '9090, 9092' },
    },
  ])
})

test('other projects and containers that are not up are nobody’s business', () => {
  expect(onNative([aContainer({ project: 'shop' }), aContainer({ state: 'exited' })])).toEqual([])
})
