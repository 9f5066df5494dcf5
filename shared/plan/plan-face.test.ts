import { expect, test } from 'vitest'
import type { Plan, Step } from './plan.ts'
import { confirmWordOf, faceOfStep, touchOf } from './plan-face.ts'
import { topicOf } from './topic.ts'

const hold = (container: string): Step => ({
  kind: 'HoldContainer',
  endpoint: 'unix:///var/run/docker.sock',
  engineId: 'NATV',
  containerId: container,
  container,
  always: false,
  cause: 'odin belongs on desktop-linux',
})

const putBack: Step = {
  kind: 'PutBackFiles',
  files: [
    { file: '/odin/a.yml', source: { from: 'baseline' }, sha256: 'a', replaces: 'b' },
    {
      file: '/odin/b.yml',
      source: { from: 'git', root: '/odin', commit: 'c', path: 'b.yml' },
      sha256: 'a',
      replaces: null,
    },
  ],
  endpoint: 'unix:///desktop.sock',
  engineId: 'DESK',
  restarts: [{ project: 'odin', service: 'prometheus' }],
  cause: 'they are not what was accepted',
}

const planOf = (...steps: Step[]): Pick<Plan, 'stack' | 'steps'> => ({
  stack: 'odin',
  steps,
})

test('a plan that stops more than a few things asks for the name', () => {
  const three = planOf(hold('a'), hold('b'), hold('c'))
  expect(confirmWordOf(three)).toBeUndefined()
  expect(confirmWordOf(planOf(...three.steps, putBack))).toBe('odin')
  expect(confirmWordOf({ ...three, confirmWith: 'home' })).toBe('home')
  expect(touchOf(planOf(...three.steps, putBack))).toEqual({
    unitsStopped: 0,
    containersStopped: 3,
    servicesStarted: 0,
    servicesRestarted: 1,
  })
})

test('a step says what it is about and which files it puts back from where', () => {
  expect(faceOfStep(hold('a'))).toMatchObject({ about: 'strays' })
  expect(faceOfStep(hold('a'))).not.toHaveProperty('files')
  expect(faceOfStep(putBack)).toMatchObject({
    about: 'files',
    files: [
      { file: '/odin/a.yml', from: 'accepted' },
      { file: '/odin/b.yml', from: 'commit' },
    ],
  })
})

test('a kind that nobody has sorted in yet is still shown', () => {
  expect(topicOf('DoSomethingNew')).toBe('other')
})
