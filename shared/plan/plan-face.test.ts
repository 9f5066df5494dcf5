import { expect, test } from 'vitest'
import type { Plan, Step } from './plan.ts'
import { confirmWordOf, faceOfStep, touchOf } from './plan-face.ts'
import { topicOf } from './topic.ts'

const hold = (...names: string[]): Step => ({
  kind: 'HoldContainers',
  endpoint: 'unix:///var/run/docker.sock',
  engineId: 'NATV',
  from: 'default',
  containers: names.map((name) => ({
    ...{ containerId: name, container: name, always: name === 'b' },
  })),
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
  const three = planOf(hold('a'), hold('b', 'c'))
  expect(confirmWordOf(three)).toBeUndefined()
  expect(confirmWordOf(planOf(...three.steps, putBack))).toBe('odin')
  expect(confirmWordOf({ ...three, confirmWith: 'home' })).toBe('home')
  expect(touchOf(planOf(...three.steps, putBack))).toEqual({
    unitsStopped: 0,
    containersStopped: 3,
    servicesStarted: 0,
    servicesRestarted: 1,
    servicesStopped: 0,
  })
})

const at = { endpoint: 'unix:///desktop.sock', engineId: 'DESK', cause: 'test' }
const named = (...names: string[]) => names.map((service) => ({ project: 'odin', service }))

test('a restore that stops and starts services says how many, and more than a few ask for the name', () => {
  const around = (...names: string[]) =>
    planOf(
      { kind: 'StopServices', ...at, services: named(...names) },
      { kind: 'StartServices', ...at, services: named(...names), seconds: 1 },
    )
  expect(touchOf(around('a', 'b'))).toMatchObject({ servicesStopped: 2, servicesStarted: 2 })
  expect(confirmWordOf(around('a', 'b', 'c'))).toBeUndefined()
  expect(confirmWordOf(around('a', 'b', 'c', 'd'))).toBe('odin')
})

test('what writes over data, or takes something away, asks for the name whatever it stops', () => {
  const volume: Step = {
    kind: 'RestoreVolume',
    ...{ ...at, stack: 'odin', snapshot: 'S1', component: 'volume:data', title: 'data' },
    ...{ place: { type: 'volume', source: 'data', below: '' }, make: null, leave: [] },
    counts: null,
  }
  const files: Step = { kind: 'RemoveFiles', files: [{ file: '/a', sha256: 'a' }], cause: 'test' }
  const dashboard: Step = {
    kind: 'RemoveDashboard',
    ...{ project: 'odin', service: 'grafana', url: 'http://127.0.0.1:3000' },
    ...{ stack: 'odin', component: 'grafana', path: 'a.json', uid: 'a', title: 'A' },
    ...{ sha256: 'a', cause: 'test' },
  }
  for (const step of [volume, files, dashboard]) expect(confirmWordOf(planOf(step))).toBe('odin')
  expect(confirmWordOf(planOf(putBack))).toBeUndefined()
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

test('more containers than a sentence can name stand in a list below it', () => {
  const { what, lines } = faceOfStep(hold('a', 'b', 'c', 'd'))
  expect(what).toBe('stop 4 containers on default and keep b from starting by itself')
  expect(lines).toEqual(['a', 'b, which is kept from starting by itself', 'c', 'd'])
  expect(faceOfStep(hold('a', 'b', 'c'))).not.toHaveProperty('lines')
})

test('a kind that nobody has sorted in yet is still shown', () => {
  expect(topicOf('DoSomethingNew')).toBe('other')
})
