import { describe, expect, test } from 'vitest'
import { mirrorOf, statusOf } from '../../test/support/mirrors.ts'
import {
  contextMarks,
  firingStories,
  looseFindings,
  mayKeepHere,
  operationInView,
  recentNews,
  resolvedIncidents,
  stackInView,
  unadopted,
  verdictInView,
} from './selectors.ts'

const firstIncident = (status: ReturnType<typeof statusOf>) => {
  const incident = status.incidents[0]
  if (incident === undefined) throw new Error('no incident')
  return incident
}

describe('the stack in view', () => {
  test('is the one in the worst state until one is chosen', () => {
    const mirror = mirrorOf('two-stacks')
    expect(stackInView(mirror, null)?.stack).toBe('odin')
    expect(stackInView(mirror, 'shop')?.stack).toBe('shop')
    expect(stackInView(mirror, 'removed meanwhile')?.stack).toBe('odin')
  })

  test('is nothing while no stack has been adopted', () => {
    const mirror = mirrorOf('no-stack')
    expect(stackInView(mirror, null)).toBeUndefined()
    expect(unadopted(mirror)?.current?.context).toBe('desktop-linux')
  })
})

describe('the verdict', () => {
  test('is unknown as soon as main is not heard, however well all was', () => {
    const status = statusOf('all-well')
    expect(verdictInView(status, true).health).toBe('ok')
    const verdict = verdictInView(status, false)
    expect(verdict.health).toBe('unknown')
    expect(verdict.sentence).toContain('Sentinel does not answer')
  })
})

describe('incidents', () => {
  test('carry their cause first and the other findings inside', () => {
    const [story] = firingStories(statusOf('desktop-stopped'))
    expect(story?.cause?.code).toBe('DESKTOP_STOPPED')
    expect(story?.others.map((finding) => finding.code)).toEqual([
      'CONTEXT_SWITCHED',
      'STRAY_CONTAINERS',
    ])
  })

  test('come last while they are snoozed', () => {
    const causes = firingStories(statusOf('split-brain')).map((story) => story.incident.cause)
    expect(causes).toEqual(['SPLIT_BRAIN', 'SERVICE_MISSING'])
  })

  test('that are over are told apart from those that last', () => {
    const status = statusOf('switched')
    expect(firingStories(status)).toHaveLength(1)
    expect(resolvedIncidents(status).map((incident) => incident.status)).toEqual(['resolved'])
  })

  test('leave out what is not certain enough yet, which stands alone', () => {
    const codes = looseFindings(statusOf('split-brain')).map((finding) => finding.code)
    expect(codes).toEqual(['SERVICE_CRASH_LOOPING'])
  })
})

describe('keeping the new place', () => {
  test('is offered where the context moved to an engine that answers', () => {
    const status = statusOf('switched')
    expect(mayKeepHere(status, firstIncident(status))).toBe(true)
  })

  test('is not offered where the current context is unknown', () => {
    const status = statusOf('unknown')
    expect(mayKeepHere(status, firstIncident(status))).toBe(false)
  })

  test('is not offered where the engine of the new place is silent', () => {
    const status = statusOf('switched')
    const silent = status.engines.map((engine) => ({ ...engine, answers: false }))
    expect(mayKeepHere({ ...status, engines: silent }, firstIncident(status))).toBe(false)
  })
})

test('the operation in view is never the one from before the approval', () => {
  const mirror = mirrorOf('two-stacks')
  expect(operationInView(mirror, { name: 'operation', after: null })?.id).toBe('op-7')
  expect(operationInView(mirror, { name: 'operation', after: 'op-7' })).toBeUndefined()
  expect(operationInView(mirror, { name: 'overview' })).toBeUndefined()
})

test('contexts come home first, then current, then by name', () => {
  const marks = contextMarks(statusOf('split-brain'))
  expect(marks.map((mark) => mark.name)).toEqual([
    'desktop-linux',
    'default',
    'build-farm',
    'gpu-02',
    'gpu-02-old',
  ])
})

test('news are what no card tells, the newest first', () => {
  const entry = (kind: 'context' | 'engine' | 'finding' | 'incident', minute: number) => ({
    at: `2026-11-23T12:0${minute}:00.000Z`,
    kind,
    stack: 'odin',
    subject: 'x',
    sentence: `${kind} ${minute}`,
  })
  const timeline = [
    entry('engine', 1),
    entry('finding', 2),
    entry('incident', 3),
    entry('context', 4),
  ]
  expect(recentNews(timeline).map(({ sentence }) => sentence)).toEqual(['context 4', 'engine 1'])
  expect(recentNews(timeline, 1)).toHaveLength(1)
})
