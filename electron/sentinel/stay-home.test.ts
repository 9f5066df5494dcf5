import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Stack } from '../../shared/domain/stack.ts'
import type { IncidentView, StatusView } from '../../shared/ipc/status.ts'
import { aStatus } from '../../test/support/a-status.ts'
import { type Countdown, stayHome } from './stay-home.ts'

const stack: Stack = {
  name: 'odin',
  home: {
    context: 'desktop-linux',
    engineId: 'D',
    engineKind: 'docker-desktop',
    endpoint: 'unix:///d',
  },
  projects: [],
  stayHome: { enabled: true, countdownSeconds: 30 },
}

const switched: IncidentView = {
  id: 'i1',
  cause: 'CONTEXT_SWITCHED',
  severity: 'critical',
  status: 'firing',
  sentence: 'Docker context is default, expected desktop-linux.',
  since: '2026-11-23T10:00:00.000Z',
  findings: [],
  remedy: { kind: 'plan', intent: { kind: 'switch-back' }, label: 'Switch back' },
}

const status = (...incidents: IncidentView[]): StatusView =>
  aStatus({
    health: 'critical',
    sentence: '',
    at: '2026-11-23T10:00:00.000Z',
    incidents,
  })

describe('stay home', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  function watch(
    options: { composeRuns?: () => boolean; busy?: () => boolean; problem?: string } = {},
  ) {
    const told: Array<Countdown | null> = []
    const switchedBack: string[] = []
    const failures: string[] = []
    const watching = stayHome({
      now: Date.now,
      handsOff: async () => options.composeRuns?.() ?? false,
      busy: options.busy ?? (() => false),
      switchBack: async (name) => {
        switchedBack.push(name)
        if (options.problem !== undefined) throw new Error(options.problem)
      },
      failed: (_stack, sentence) => failures.push(sentence),
      changed: (countdown) => told.push(countdown),
    })
    return { watching, told, switchedBack, failures }
  }

  it('switches back when the countdown ends', async () => {
    const { watching, told, switchedBack } = watch()
    watching.consider(stack, status(switched), false)
    expect(told).toEqual([{ stack: 'odin', deadline: Date.now() + 30_000 }])
    await vi.advanceTimersByTimeAsync(29_999)
    expect(switchedBack).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(switchedBack).toEqual(['odin'])
    expect(told.at(-1)).toBeNull()
  })

  it('does nothing unless the stack file asks for it', async () => {
    const { watching, told } = watch()
    const off = { ...stack, stayHome: { enabled: false, countdownSeconds: 30 } }
    watching.consider(off, status(switched), false)
    expect(told).toEqual([])
  })

  it('does nothing while the incident is snoozed or the user is moving', async () => {
    const { watching, told } = watch()
    watching.consider(stack, status(switched), true)
    expect(told).toEqual([])
  })

  it('ends the countdown when the context comes home by itself', async () => {
    const { watching, told, switchedBack } = watch()
    watching.consider(stack, status(switched), false)
    watching.consider(stack, status(), false)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(switchedBack).toEqual([])
    expect(told.at(-1)).toBeNull()
  })

  it('waits while a compose command or a plan of ours runs', async () => {
    let runs = true
    const { watching, switchedBack } = watch({ composeRuns: () => runs })
    watching.consider(stack, status(switched), false)
    await vi.advanceTimersByTimeAsync(40_000)
    expect(switchedBack).toEqual([])
    runs = false
    await vi.advanceTimersByTimeAsync(2_000)
    expect(switchedBack).toEqual(['odin'])
  })

  it('stays off after a cancel until the context has been home again', async () => {
    const { watching, switchedBack, told } = watch()
    watching.consider(stack, status(switched), false)
    watching.cancel()
    watching.consider(stack, status(switched), false)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(switchedBack).toEqual([])
    watching.consider(stack, status(), false)
    watching.consider(stack, status(switched), false)
    expect(told.at(-1)).not.toBeNull()
  })

  it('tries once each time the context leaves', async () => {
    const { watching, switchedBack } = watch()
    watching.consider(stack, status(switched), false)
    await vi.advanceTimersByTimeAsync(30_000)
    watching.consider(stack, status(switched), false)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(switchedBack).toEqual(['odin'])
  })

  it('says why when the switch back cannot be begun, and does not try again', async () => {
    const { watching, switchedBack, failures } = watch({ problem: 'The disk is full.' })
    watching.consider(stack, status(switched), false)
    await vi.advanceTimersByTimeAsync(30_000)
    expect(failures).toEqual(['Stay home could not switch back: The disk is full.'])
    watching.consider(stack, status(switched), false)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(switchedBack).toEqual(['odin'])
  })

  it('keeps the hands off while it cannot be known whether compose runs', async () => {
    const { watching, switchedBack } = watch({
      composeRuns: () => {
        throw new Error('no process list')
      },
    })
    watching.consider(stack, status(switched), false)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(switchedBack).toEqual([])
  })

  it('ends the countdown of a stack that is not guarded any more', async () => {
    const { watching, switchedBack, told } = watch()
    watching.consider(stack, status(switched), false)
    watching.leave('odin')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(switchedBack).toEqual([])
    expect(told.at(-1)).toBeNull()
  })
})
