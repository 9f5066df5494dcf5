import { expect, test } from 'vitest'
import { afterSeeing, aHeldFinding } from '../../test/support/a-situation.ts'
import {
  anObservedState,
  desktopQuit,
  desktopWith,
  fourteen,
  minute,
  nativeWith,
  noon,
  second,
  someContainers,
  switchedToDefault,
} from '../../test/support/a-world.ts'
import type { ObservedState } from '../domain/observed-state.ts'
import { assess } from './assess.ts'
import type { HeldFinding, Incident } from './finding.ts'
import { hold } from './hold.ts'
import { groupIncidents } from './incidents.ts'

const well = anObservedState()

const firingAfter = (observed: ObservedState, now = noon): HeldFinding[] =>
  hold([], assess(afterSeeing(well, observed)), now, () => 0)

const resolved = (held: readonly HeldFinding[], now: number): HeldFinding[] =>
  held.map((one) => ({ ...one, status: 'resolved', resolvedAt: now }))

const service = (name: string, since: number, different: Partial<HeldFinding> = {}): HeldFinding =>
  aHeldFinding({
    subject: `service:odin/${name}`,
    sentence: `${name} is exited, expected running.`,
    since,
    firedAt: since,
    ...different,
  })

const only = (incidents: readonly Incident[]): Incident => {
  expect(incidents).toHaveLength(1)
  return incidents[0] as Incident
}

test('a switch is told in two sentences', () => {
  expect(only(groupIncidents(firingAfter(switchedToDefault), [], noon))).toMatchObject({
    cause: 'CONTEXT_SWITCHED',
    severity: 'critical',
    status: 'firing',
    since: noon,
    sentence:
      'Docker context is default, expected desktop-linux: the context was set to default in config.json (docker context use). 14 of 14 services are out of sight.',
    remedy: { kind: 'plan', label: 'Switch back' },
  })
})

test('Docker Desktop that quits is one incident with its switch', () => {
  expect(only(groupIncidents(firingAfter(desktopQuit), [], noon))).toMatchObject({
    cause: 'DESKTOP_STOPPED',
    findings: ['DESKTOP_STOPPED@engine:DESK', 'CONTEXT_SWITCHED@context:current'],
    sentence:
      'Docker context is default, expected desktop-linux: Docker Desktop stopped. 14 of 14 services are out of sight.',
    remedy: { kind: 'plan', label: 'Start Docker Desktop and switch back' },
  })
})

test('the root may turn out a second later: the incident stays the same', () => {
  const first = only(groupIncidents(firingAfter(switchedToDefault), [], noon))
  const second_ = only(groupIncidents(firingAfter(desktopQuit), [first], noon + second))
  expect(second_.id).toBe(first.id)
  expect(second_.cause).toBe('DESKTOP_STOPPED')
})

test('fourteen vanished services, strays and a switch are one', () => {
  const moved = anObservedState({
    contexts: { current: 'default' },
    engines: [desktopWith([]), nativeWith(someContainers())],
  })
  const incident = only(groupIncidents(firingAfter(moved), [], noon))
  expect(incident.findings).toHaveLength(1 + 1 + fourteen.length)
  expect(incident.sentence).toContain('14 containers run on default')
})

test('containers that stop before their engine is gone belong to its incident', () => {
  const early = service('grafana', noon - 12 * second)
  const first = only(groupIncidents([early], [], noon))
  const both = only(groupIncidents([early, ...firingAfter(desktopQuit)], [first], noon))
  expect(both).toMatchObject({ id: first.id, cause: 'DESKTOP_STOPPED', since: early.since })
})

test('what was wrong long before stays apart', () => {
  const old = service('grafana', noon - 60 * minute)
  const before = groupIncidents([old], [], noon - 60 * minute)
  const incidents = groupIncidents([old, ...firingAfter(switchedToDefault)], before, noon)
  expect(incidents.map(({ cause }) => cause)).toEqual(['CONTEXT_SWITCHED', 'SERVICE_STOPPED'])
  expect(incidents[1]?.id).toBe(before[0]?.id)
})

test('services that stop together are one incident, a later one is another', () => {
  const together = [service('grafana', noon), service('loki', noon + 20 * second)]
  const first = groupIncidents(together, [], noon + 20 * second)
  expect(only(first).sentence).toBe('2 services are in trouble: grafana (stopped), loki (stopped).')
  const later = [...together, service('cadvisor', noon + 5 * minute)]
  expect(groupIncidents(later, first, noon + 5 * minute).map(({ id }) => id)).toEqual([
    first[0]?.id,
    `SERVICE_STOPPED@service:odin/cadvisor#${noon + 5 * minute}`,
  ])
})

test('an incident ends with its last finding, stays ten minutes, and then is gone', () => {
  const held = firingAfter(switchedToDefault)
  const open = groupIncidents(held, [], noon)
  const ended = groupIncidents(resolved(held, noon + minute), open, noon + minute)
  expect(only(ended)).toMatchObject({
    id: open[0]?.id,
    status: 'resolved',
    resolvedAt: noon + minute,
  })
  expect(groupIncidents([], ended, noon + 10 * minute)).toEqual(ended)
  expect(groupIncidents([], ended, noon + 11 * minute)).toEqual([])
})

test('back home with strays left behind, it is not over', () => {
  const both = firingAfter(
    anObservedState({
      contexts: { current: 'default' },
      engines: [desktopWith(), nativeWith(someContainers(['grafana']))],
    }),
  )
  const open = groupIncidents(both, [], noon)
  const strays = both.filter(({ code }) => code !== 'CONTEXT_SWITCHED')
  expect(only(groupIncidents(strays, open, noon + minute))).toMatchObject({
    id: open[0]?.id,
    cause: 'STRAY_CONTAINERS',
    sentence:
      '1 container runs on default, expected only on desktop-linux. 1 service runs on two engines.',
  })
})

test('what comes back within half a minute is the same incident', () => {
  const held = firingAfter(switchedToDefault)
  const open = groupIncidents(held, [], noon)
  const ended = groupIncidents(resolved(held, noon + second), open, noon + second)
  const again = groupIncidents(held, ended, noon + 20 * second)
  expect(only(again)).toMatchObject({ id: open[0]?.id, status: 'firing' })
  expect(again[0]?.resolvedAt).toBeUndefined()
})

test('two incidents that turn out to be one go on under the older id', () => {
  const stopped = service('grafana', noon)
  const a = groupIncidents([stopped], [], noon)
  const place = firingAfter(switchedToDefault, noon + 20 * second)
  const merged = groupIncidents([stopped, ...place], a, noon + 20 * second)
  expect(only(merged).id).toBe(a[0]?.id)
})

test('a broken stack file follows from nothing', () => {
  const file = aHeldFinding({ code: 'STACK_FILE_INVALID', subject: 'file:/stack.yaml' })
  const incidents = groupIncidents([file, ...firingAfter(switchedToDefault)], [], noon)
  expect(incidents.map(({ cause }) => cause)).toEqual(['CONTEXT_SWITCHED', 'STACK_FILE_INVALID'])
})

test('an incident that ended before the clock was set back is kept no longer than others', () => {
  const open = groupIncidents([service('grafana', noon)], [], noon)
  const over = groupIncidents([], open, noon)
  const before = noon - 365 * 24 * 60 * minute
  expect(only(groupIncidents([], over, before))).toMatchObject({ resolvedAt: before })
  expect(groupIncidents([], groupIncidents([], over, before), before + 11 * minute)).toEqual([])
})
