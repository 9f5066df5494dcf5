import { expect, test } from 'vitest'
import { aSituation } from '../../../../test/support/a-situation.ts'
import {
  aContainer,
  anObservedState,
  aService,
  aStack,
  desktopQuit,
  desktopWith,
  fourteen,
  nativeWith,
  someContainers,
} from '../../../../test/support/a-world.ts'
import { serviceMissing } from './service-missing.ts'

const withoutLoki = someContainers(fourteen.filter((name) => name !== 'loki'))

test('home has no container of a service, and it is found elsewhere', () => {
  const engines = [desktopWith(withoutLoki), nativeWith([aContainer({ service: 'loki' })])]
  expect(serviceMissing(aSituation({ observed: anObservedState({ engines }) }))).toMatchObject([
    {
      subject: 'service:odin/loki',
      sentence: 'loki has no container on desktop-linux, expected it running.',
      evidence: { 'found elsewhere': 'running on default' },
    },
  ])
})

test('a one-shot may be gone', () => {
  const stack = aStack({ services: [aService({ name: 'migrate', oneShot: true })] })
  expect(serviceMissing(aSituation({ stack }))).toEqual([])
})

test('an engine that does not answer is not an engine without containers', () => {
  expect(serviceMissing(aSituation({ observed: desktopQuit }))).toEqual([])
})
