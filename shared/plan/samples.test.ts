import { expect, test } from 'vitest'
import {
  aContainer,
  anObservedState,
  aStack,
  desktopEndpoint,
  desktopWith,
  nativeEndpoint,
  nativeWith,
} from '../../test/support/a-world.ts'
import type { ObservedState } from '../domain/observed-state.ts'
import { describeStep } from './plan.ts'
import { planSamples, recordersAway, stoppedAt } from './samples.ts'

const away = (...containers: ReturnType<typeof aContainer>[]): ObservedState =>
  anObservedState({ engines: [desktopWith([]), nativeWith(containers)] })

const namesAway = (observed: ObservedState) =>
  recordersAway(observed, aStack()).map(({ container, from }) => `${container.name} on ${from}`)

test('a Prometheus of the stack that runs on another engine has something to carry home', () => {
  expect(namesAway(away(aContainer(), aContainer({ service: 'grafana' })))).toEqual([
    'odin-prometheus-1 on default',
  ])
})

test.each([
  ['one that runs at home', anObservedState()],
  ['one that has never run', away(aContainer({ state: 'created' }))],
  ['one of another project', away(aContainer({ project: 'another' }))],
  ['one that was run by hand', away(aContainer({ oneOff: true }))],
])('%s has nothing to carry', (_what, observed) => {
  expect(namesAway(observed)).toEqual([])
})

test('one that had stopped before has something to carry too, and the plan says so', () => {
  const finishedAt = 1_800_000_000_000
  const [recorder] = recordersAway(away(aContainer({ state: 'exited', finishedAt })), aStack())
  if (!recorder) throw new Error('Nobody records away.')
  expect(stoppedAt(recorder)).toBe(finishedAt)
  expect(planSamples(aStack(), [{ recorder }]).save).toMatchObject([
    { cause: 'it had stopped there before, and home has no samples of that time' },
  ])
})

test('it is copied there and added at home, and both say so in plain words', () => {
  const [recorder] = recordersAway(away(aContainer()), aStack())
  if (!recorder) throw new Error('Nobody records away.')
  const { save, merge, left } = planSamples(aStack(), [{ recorder }])
  expect(save).toMatchObject([
    { kind: 'SaveSamples', endpoint: nativeEndpoint, containerId: 'prometheus-id' },
  ])
  expect(merge).toMatchObject([
    { kind: 'MergeSamples', endpoint: desktopEndpoint, savedFrom: 'prometheus-id' },
  ])
  expect([...save, ...merge].map(describeStep)).toEqual([
    'copy what prometheus recorded on default',
    'stop prometheus on desktop-linux for a moment, add what it recorded on default, and count both',
  ])
  expect(left).toEqual([])
})

test('what cannot be carried is said, and not tried', () => {
  const [recorder] = recordersAway(away(aContainer()), aStack())
  if (!recorder) throw new Error('Nobody records away.')
  const why = 'its image has neither wget nor curl, so its Prometheus cannot be asked'
  expect(planSamples(aStack(), [{ recorder, why }])).toEqual({
    save: [],
    merge: [],
    left: [`What prometheus recorded on default stays there, in its own data: ${why}.`],
  })
})
