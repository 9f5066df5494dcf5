import { beforeEach, expect, test, vi } from 'vitest'
import type { Mirror, PlanProposal } from '../../../shared/ipc/contract.ts'
import type { IncidentView } from '../../../shared/ipc/status.ts'
import type { NotificationChoices } from '../../../shared/settings/settings.ts'
import type { Notice, Notifier } from '../../adapters/notifications/notifier.ts'
import type { IncidentChange, Sentinel } from '../surface.ts'
import { notifyOfIncidents } from './notify.ts'

const noon = Date.UTC(2026, 10, 23, 12)
const iso = (ms: number) => new Date(ms).toISOString()

const incident: IncidentView = {
  id: 'i',
  cause: 'CONTEXT_SWITCHED',
  severity: 'critical',
  status: 'firing',
  sentence: 'Docker context is default, expected desktop-linux.',
  since: iso(noon),
  findings: [],
  remedy: { kind: 'plan', intent: { kind: 'switch-back' }, label: 'Switch back' },
}

let now: number
let shown: Notice[]
let closed: string[]
let reviewed: string[]
let deeds: string[]
let proposal: PlanProposal
let mirror: Pick<Mirror, 'movingUntil' | 'stacks' | 'demo' | 'operation'>
let tell: (change: IncidentChange['change'], about?: Partial<IncidentView>) => void
let mirrorChanges: () => void
let choices: NotificationChoices

beforeEach(() => {
  now = noon
  choices = { floor: 'info' }
  shown = []
  closed = []
  reviewed = []
  deeds = []
  mirror = { demo: false, movingUntil: null, stacks: [], operation: null }
  proposal = { kind: 'plan', hash: 'h', title: '', steps: [], warnings: [] }
  let toIncident: (change: IncidentChange) => void = () => {}
  let toMirror: (mirror: Mirror) => void = () => {}
  const sentinel: Pick<Sentinel, keyof Sentinel> = {
    start: async () => {},
    stop: async () => {},
    lookAgain: async () => {},
    mirror: () => mirror as Mirror,
    observed: () => ({ revision: 0, contexts: never, engines: [] }),
    onMirror: (listener) => {
      toMirror = listener
      return () => {}
    },
    onIncident: (listener) => {
      toIncident = listener
      return () => {}
    },
    onLine: () => () => {},
    propose: async () => proposal,
    differences: async () => [],
    execute: async (hash) => {
      deeds.push(`execute ${hash}`)
      throw new Error('The disk is full.')
    },
    cancel: () => {},
    snooze: async (id, until) => {
      deeds.push(`snooze ${id} ${until}`)
    },
    moveOnPurpose: async () => {},
    cancelCountdown: () => {},
    adopt: () => Promise.reject(new Error('nothing to adopt')),
    monitoring: () => null,
    acceptBaseline: async () => {},
    changes: () => Promise.reject(new Error('nothing to compare')),
    timeline: () => [],
    report: async () => '',
    setTrayHost: () => {},
    stackInForce: () => undefined,
    openOperations: async () => [],
    pastOperations: async () => [],
    undoable: async () => [],
    settle: () => Promise.reject(new Error('Nothing is open.')),
    simulate: () => Promise.reject(new Error('There is no other engine.')),
  }
  const notifier: Notifier = {
    name: 'test',
    async show(notice) {
      shown.push(notice)
      return { by: 'test', actions: true }
    },
    async close(key) {
      closed.push(key)
    },
  }
  tell = (change, about = {}) => {
    const told = { ...incident, ...about }
    mirror = { ...mirror, stacks: [{ stack: 'odin', incidents: [told], findings: [] }] as never }
    toIncident({ stack: 'odin', incident: told, change })
  }
  mirrorChanges = () => toMirror(mirror as Mirror)
  notifyOfIncidents({
    sentinel,
    notifier,
    review: (stack) => reviewed.push(stack),
    now: () => now,
    choices: () => choices,
    localMinutes: (at) => (at / 60_000) % (24 * 60),
  })
})

const never = {
  status: 'unknown',
  failure: { code: 'pending', message: '' },
  observedAt: 0,
} as const

const count = (expected: number) => expect.poll(() => shown.length).toBe(expected)

test('one notice for an incident, and one for its end in the same place', async () => {
  tell('opened')
  tell('updated')
  tell('resolved', { status: 'resolved', resolvedAt: iso(noon + 60_000) })
  await count(2)
  expect(new Set(shown.map(({ key }) => key))).toEqual(new Set(['odin i']))
  expect(shown[1]?.title).toBe('odin: over')
})

test('what changed replaces the notice; who dismissed it is disturbed only by worse', async () => {
  tell('opened')
  await count(1)
  now += 15_000
  tell('updated', { sentence: 'Also grafana is gone.' })
  await count(2)
  shown[1]?.onClosed?.()
  now += 15_000
  tell('updated', { sentence: 'Also loki is gone.' })
  tell('worsened', { sentence: 'Also prometheus is gone.' })
  await count(3)
  expect(shown[2]?.body + (shown[2]?.title ?? '')).toContain('prometheus')
})

test('news every second are told as they are when the words before have stood a while', async () => {
  vi.useFakeTimers({ now: noon })
  const pass = async (ms: number) => {
    now += ms
    await vi.advanceTimersByTimeAsync(ms)
  }
  try {
    tell('opened')
    for (let gone = 1; gone <= 14; gone += 1) {
      await pass(1_000)
      tell('updated', { sentence: `${gone} services are gone.` })
    }
    expect(shown).toHaveLength(1)
    await pass(1_000)
    expect(shown.map(({ title }) => title).slice(1)).toEqual(['odin: 14 services are gone'])
    tell('updated', { sentence: 'Nothing is there.' })
    tell('updated', { sentence: '14 services are gone.' })
    await pass(60_000)
    expect(shown).toHaveLength(2)
    tell('updated', { sentence: 'Nothing is there.' })
    await pass(0)
    expect(shown).toHaveLength(3)
    tell('updated', { sentence: '1 service is gone.' })
    tell('resolved', { status: 'resolved', resolvedAt: iso(now) })
    await pass(60_000)
    expect(shown.map(({ title }) => title).slice(3)).toEqual(['odin: over'])
  } finally {
    vi.useRealTimers()
  }
})

const recovering: Mirror['operation'] = {
  ...{ id: 'o', title: 'Recover odin', stack: 'odin', startedAt: iso(noon) },
  ...{ outcome: 'running', sentence: '', steps: [] },
}
const recovered = { ...recovering, outcome: 'done', finishedAt: iso(noon + 60_000) } as const

test('while an operation runs only the end of what was told is told', async () => {
  tell('opened')
  await count(1)
  mirror = { ...mirror, operation: recovering }
  now += 30_000
  tell('updated', { sentence: 'Also grafana is gone.' })
  tell('opened', { id: 'passing', sentence: 'grafana has no container.' })
  tell('resolved', { id: 'passing', status: 'resolved', resolvedAt: iso(now) })
  tell('resolved', { status: 'resolved', resolvedAt: iso(now) })
  await count(2)
  expect(shown[1]?.title).toBe('odin: over')
  mirror = { ...mirror, operation: recovered }
  now = noon + 60_000
  tell('opened', { id: 'another', since: iso(noon + 60_001), sentence: 'loki has no container.' })
  await count(3)
  expect(shown[2]?.title).toBe('odin: loki has no container')
})

test('what an operation leaves wrong is told a moment after its end', async () => {
  vi.useFakeTimers({ now: noon })
  try {
    mirror = { ...mirror, operation: recovering }
    tell('opened', { sentence: 'grafana has no container.' })
    await vi.advanceTimersByTimeAsync(60_000)
    mirror = { ...mirror, operation: recovered }
    now = noon + 60_000
    mirrorChanges()
    await vi.advanceTimersByTimeAsync(29_000)
    expect(shown).toEqual([])
    now = noon + 90_000
    await vi.advanceTimersByTimeAsync(2_000)
    expect(shown.map(({ title }) => title)).toEqual(['odin: grafana has no container'])
  } finally {
    vi.useRealTimers()
  }
})

test('an operation that takes long hides nothing any more', async () => {
  mirror = { ...mirror, operation: recovering }
  now = noon + 14 * 60_000
  tell('opened')
  now = noon + 15 * 60_000
  tell('opened', { id: 'j' })
  await count(1)
  expect(shown[0]?.key).toBe('odin j')
})

test('an operation on another stack silences nothing, and dismissed stays dismissed after one', async () => {
  mirror = { ...mirror, operation: { ...recovering, stack: 'other' } }
  tell('opened')
  await count(1)
  shown[0]?.onClosed?.()
  mirror = { ...mirror, operation: recovering }
  tell('updated', { sentence: 'Also grafana is gone.' })
  mirror = { ...mirror, operation: recovered }
  now = noon + 90_000
  mirrorChanges()
  tell('opened', { id: 'j' })
  await count(2)
  expect(shown[1]?.key).toBe('odin j')
})

test('nothing while it is snoozed, and it is told again when the snooze is over', async () => {
  tell('opened')
  await count(1)
  tell('updated', { snoozedUntil: iso(noon + 3_600_000) })
  await expect.poll(() => closed).toEqual(['odin i'])
  tell('worsened', { snoozedUntil: iso(noon + 3_600_000) })
  mirrorChanges()
  expect(shown).toHaveLength(1)
  now = noon + 3_600_001
  mirrorChanges()
  await count(2)
})

test('what is snoozed ends in silence, also where its end knows of no snooze', async () => {
  tell('opened')
  await count(1)
  tell('updated', { snoozedUntil: iso(noon + 3_600_000) })
  await expect.poll(() => closed).toEqual(['odin i'])
  tell('resolved', { status: 'resolved', resolvedAt: iso(noon) })
  tell('opened', { id: 'j' })
  await count(2)
  expect(shown[1]?.key).toBe('odin j')
})

test('nothing while its owner is moving; what is still wrong afterwards is told', async () => {
  mirror = { ...mirror, movingUntil: iso(noon + 1_000) }
  tell('opened')
  mirrorChanges()
  expect(shown).toHaveLength(0)
  mirror = { ...mirror, movingUntil: null }
  mirrorChanges()
  await count(1)
})

test('what came and went in silence stays silent', async () => {
  mirror = { ...mirror, movingUntil: iso(noon + 1_000) }
  tell('opened')
  tell('resolved', { status: 'resolved' })
  mirror = { ...mirror, movingUntil: null }
  mirrorChanges()
  tell('opened', { id: 'j' })
  await count(1)
  expect(shown[0]?.key).toBe('odin j')
})

test('a click reviews, a button acts, and a failure comes back as words', async () => {
  tell('opened')
  await count(1)
  shown[0]?.onAction('default')
  expect(reviewed).toEqual(['odin'])
  shown[0]?.onAction('snooze')
  shown[0]?.onAction('remedy')
  await count(2)
  expect(deeds).toEqual(['snooze i 1h', 'execute h'])
  expect(shown[1]).toMatchObject({ title: 'Switching back failed', body: 'The disk is full.' })
})

test('a refusal says why and what to do', async () => {
  proposal = {
    kind: 'refusal',
    code: 'CONTEXT_PINNED_BY_ENV',
    sentence: 'DOCKER_HOST decides.',
    nextStep: 'Unset it.',
  }
  tell('opened')
  await count(1)
  shown[0]?.onAction('remedy')
  await count(2)
  expect(shown[1]).toMatchObject({
    title: 'Switching back is refused',
    body: 'DOCKER_HOST decides. Unset it.',
  })
  expect(deeds).toEqual([])
})

test('moving takes away what is on the screen, and brings it back', async () => {
  tell('opened')
  await count(1)
  mirror = { ...mirror, movingUntil: iso(noon + 1_000) }
  mirrorChanges()
  await expect.poll(() => closed).toEqual(['odin i'])
  now = noon + 1_001
  mirror = { ...mirror, movingUntil: null }
  mirrorChanges()
  await count(2)
})

test('an incident that goes on as part of another takes its notice away', async () => {
  tell('opened')
  await count(1)
  tell('withdrawn')
  await expect.poll(() => closed).toContain('odin i')
  expect(shown).toHaveLength(1)
})

test('what comes back after its end is over only when it has stayed away', async () => {
  vi.useFakeTimers()
  try {
    const over = { status: 'resolved', resolvedAt: iso(noon + 1_000) } as const
    tell('opened')
    tell('resolved', over)
    for (let flap = 0; flap < 5; flap += 1) {
      tell('opened')
      await vi.advanceTimersByTimeAsync(5_000)
      tell('resolved', over)
      await vi.advanceTimersByTimeAsync(5_000)
    }
    const titles = () => shown.map(({ title }) => title)
    const wrong = 'odin: Docker context is default, expected desktop-linux'
    expect(titles()).toEqual([wrong, 'odin: over', wrong])
    await vi.advanceTimersByTimeAsync(60_000)
    expect(titles()).toEqual([wrong, 'odin: over', wrong, 'odin: over'])
  } finally {
    vi.useRealTimers()
  }
})

const hour = 3_600_000
const night = { from: 22 * 60, to: 7 * 60, exceptCritical: true }

test('quiet hours that do not silence: a warning in the night waits for the morning', async () => {
  choices = { floor: 'info', quietHours: night }
  now = noon + 14 * hour
  tell('opened', { severity: 'warning' })
  tell('updated', { severity: 'warning', sentence: 'Loki is gone.' })
  tell('worsened', { severity: 'warning', sentence: 'Grafana is gone.' })
  mirrorChanges()
  now = noon + 19 * hour - 1
  mirrorChanges()
  expect(shown).toEqual([])
  now = noon + 19 * hour
  mirrorChanges()
  await count(1)
  expect(shown[0]?.title).toBe('odin: Grafana is gone')
})

test('quiet hours end by themselves, without anything else that happens', async () => {
  vi.useFakeTimers({ now: noon + 19 * hour - 5_000 })
  try {
    choices = { floor: 'info', quietHours: night }
    now = noon + 19 * hour - 5_000
    tell('opened', { severity: 'warning' })
    now = noon + 19 * hour
    await vi.advanceTimersByTimeAsync(5_100)
    expect(shown).toHaveLength(1)
  } finally {
    vi.useRealTimers()
  }
})

test('what came and went in the night is not told in the morning, nor that it is over', async () => {
  choices = { floor: 'info', quietHours: night }
  now = noon + 14 * hour
  tell('opened', { severity: 'warning' })
  tell('resolved', { severity: 'warning', status: 'resolved', resolvedAt: iso(now) })
  now = noon + 20 * hour
  mirrorChanges()
  tell('opened', { id: 'j', severity: 'warning' })
  await count(1)
  expect(shown[0]?.key).toBe('odin j')
})

test('what is critical comes through quiet hours, and what becomes critical in them', async () => {
  choices = { floor: 'info', quietHours: night }
  now = noon + 14 * hour
  tell('opened')
  await count(1)
  tell('opened', { id: 'j', severity: 'warning' })
  tell('worsened', { id: 'j', severity: 'critical' })
  await count(2)
  expect(shown[1]?.key).toBe('odin j')
})

test('quiet hours take no notice away that stood there before them', async () => {
  choices = { floor: 'info', quietHours: night }
  tell('opened', { severity: 'warning' })
  await count(1)
  now = noon + 14 * hour
  mirrorChanges()
  tell('opened', { id: 'j' })
  await count(2)
  expect(closed).toEqual([])
})

test('a snooze button that does nothing: it silences also what gets worse, until its end', async () => {
  tell('opened', { severity: 'warning' })
  await count(1)
  shown[0]?.onAction('snooze')
  expect(deeds).toEqual(['snooze i 1h'])
  tell('updated', { severity: 'warning', snoozedUntil: iso(noon + hour) })
  tell('worsened', { snoozedUntil: iso(noon + hour) })
  mirrorChanges()
  await expect.poll(() => closed).toEqual(['odin i'])
  expect(shown).toHaveLength(1)
  now = noon + hour
  mirrorChanges()
  await count(2)
})

test('a snooze that ends within quiet hours waits for their end too', async () => {
  choices = { floor: 'info', quietHours: night }
  now = noon + 9 * hour
  const until = { severity: 'warning', snoozedUntil: iso(noon + 11 * hour) } as const
  tell('opened', until)
  now = noon + 11 * hour
  mirrorChanges()
  now = noon + 19 * hour - 1
  mirrorChanges()
  expect(shown).toEqual([])
  now = noon + 19 * hour
  mirrorChanges()
  await count(1)
})

test('below the floor nobody is told, neither of it nor of its end', async () => {
  choices = { floor: 'critical' }
  tell('opened', { severity: 'warning' })
  tell('updated', { severity: 'unknown' })
  tell('resolved', { severity: 'warning', status: 'resolved' })
  tell('opened', { id: 'j', severity: 'warning' })
  tell('worsened', { id: 'j' })
  await count(1)
  expect(shown[0]?.key).toBe('odin j')
})
