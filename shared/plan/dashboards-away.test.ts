import { expect, test } from 'vitest'
import {
  aContainer,
  anObservedState,
  aStack,
  desktopWith,
  nativeEndpoint,
  nativeWith,
} from '../../test/support/a-world.ts'
import { type EditedDashboard, grafanasAway, planDashboards } from './dashboards-away.ts'
import { describeStep } from './plan.ts'
import { planRecover } from './recover.ts'

const port = (hostPort: number) => ({
  portsGot: [{ containerPort: 3000, hostPort, hostIp: '', protocol: 'tcp' as const }],
})
const away = aContainer({ service: 'grafana', ...port(3000) })
const stack = aStack()
const world = (atHome = [aContainer({ service: 'grafana', ...port(3001), state: 'exited' })]) =>
  anObservedState({ engines: [desktopWith(atHome), nativeWith([away])] })

function theAway(observed = world()) {
  const [found] = grafanasAway(observed, stack)
  if (!found) throw new Error('No Grafana runs away.')
  return found
}

const gpu: EditedDashboard = {
  ...{ uid: 'gpu', title: 'GPU', sha256: 'aa', home: null, isOlder: false },
}
const old: EditedDashboard = {
  ...{ uid: 'old', title: 'Old', sha256: 'bb', home: 'cc', isOlder: true },
}

test('a Grafana that runs on another engine is asked at the port it publishes there', () => {
  expect(theAway().at).toEqual({ url: 'http://127.0.0.1:3000' })
  expect(theAway()).toMatchObject({ engineId: 'NATV', from: 'default' })
  expect(grafanasAway(anObservedState(), stack)).toEqual([])
})

test('where home claims the same port nobody can tell which of the two answers', () => {
  const claimed = Number(new URL(theAway().homeUrl ?? '').port)
  const observed = anObservedState({
    engines: [
      desktopWith([aContainer({ service: 'grafana' })]),
      nativeWith([aContainer({ service: 'grafana', ...port(claimed) })]),
    ],
  })
  const why = 'home has one at the same port, and one hides the other'
  expect(theAway(observed).at).toEqual({ why })
  const urls = { grafana: `http://localhost:${claimed}/grafana` }
  const named = { ...stack, monitoring: { urls } } as typeof stack
  expect(grafanasAway(observed, named).map(({ at }) => at)).toEqual([{ why }])
})

test('it is asked at the address that it publishes at, on this machine alone', () => {
  const atAddress = (hostIp: string) =>
    aContainer({
      service: 'grafana',
      portsGot: [{ containerPort: 3000, hostPort: 3000, hostIp, protocol: 'tcp' }],
    })
  const seen = (hostIp: string, endpoint = nativeEndpoint) =>
    grafanasAway(
      anObservedState({
        engines: [desktopWith([]), { ...nativeWith([atAddress(hostIp)]), endpoint }],
      }),
      stack,
    ).map(({ at }) => at)
  expect(seen('192.0.2.7')).toEqual([{ url: 'http://192.0.2.7:3000' }])
  expect(seen('::1')).toEqual([{ url: 'http://[::1]:3000' }])
  expect(seen('0.0.0.0')).toEqual([{ url: 'http://127.0.0.1:3000' }])
  expect(seen('', 'ssh://odin@elsewhere')).toEqual([
    { why: 'it would have to be asked in plain text over the network' },
  ])
})

test('what was edited is kept, and imported only where that was chosen', () => {
  const judged = [{ away: theAway(), found: { edited: [gpu, old], unread: 1, isCompared: true } }]
  const kept = planDashboards(stack, judged, false)
  expect(kept.save.map(describeStep)).toEqual(['keep “GPU”, “Old” as grafana on default has them'])
  expect(kept.save).toMatchObject([{ endpoint: nativeEndpoint, containerId: 'grafana-id' }])
  expect(kept.carry).toEqual([])
  expect(kept.told).toEqual([
    '1 dashboard of grafana on default cannot be read over its API.',
    'What was edited in grafana on default is kept as files, and imported only if you choose that: “GPU”.',
  ])
  const chosen = planDashboards(stack, judged, true)
  expect(chosen.carry.map(describeStep)).toEqual(['import “GPU” from default into grafana'])
  const closed = planDashboards(
    stack,
    judged.map((one) => ({ ...one, closed: 'there is no token' })),
    true,
  )
  expect(closed.carry).toEqual([])
  expect(closed.told.at(-1)).toBe(
    'What was edited in grafana on default is kept as files and cannot be imported: there is no token: “GPU”.',
  )
})

test('where nobody could look it is said, and where nothing was edited nothing is done', () => {
  const judged = { away: theAway(), found: { why: 'Nobody answers' } }
  expect(planDashboards(stack, [judged], true)).toEqual({
    ...{ save: [], carry: [] },
    told: ['Whether dashboards were edited in grafana on default is not known: Nobody answers.'],
  })
  const none = planDashboards(
    stack,
    [{ away: theAway(), found: { edited: [], unread: 0, isCompared: true } }],
    true,
  )
  expect(none).toEqual({ save: [], carry: [], told: [] })
})

test('a recovery keeps them before their Grafana is held, and imports them once home is up', () => {
  const observed = world()
  const judged = [
    { away: theAway(observed), found: { edited: [gpu], unread: 0, isCompared: true } },
  ]
  const plan = planRecover({
    ...{ observed, stack, units: [], files: [], lost: [], snapshot: [], monitored: true },
    intent: { kind: 'recover', carryDashboards: true },
    samples: { save: [], merge: [], left: [] },
    dashboards: planDashboards(stack, judged, true),
  })
  if (!plan.ok) throw new Error(plan.error.sentence)
  const kinds = plan.value.steps.map(({ kind }) => kind)
  expect(kinds.indexOf('SaveDashboards')).toBeLessThan(kinds.indexOf('HoldContainers'))
  expect(kinds.indexOf('CarryDashboards')).toBeGreaterThan(kinds.lastIndexOf('BringUp'))
  expect(kinds.at(-1)).toBe('VerifyStack')
})
