import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findingCodes } from '../../shared/assess/finding.ts'
import type { StatusView } from '../../shared/ipc/status.ts'
import { statusSchema } from '../../shared/ipc/status.ts'
import type { Sentinel } from '../sentinel/surface.ts'
import { type DemoWorld, openDemoWorld } from './demo-world.ts'
import { type Beat, playStory } from './play-story.ts'
import { runs } from './small-container.ts'
import { howToPlay, servicesAtHome, story } from './story.ts'

let parent: string
let world: DemoWorld

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 's-'))
  world = await openDemoWorld(parent)
})

afterEach(async () => {
  await world.close()
  await rm(parent, { recursive: true, force: true })
})

type Stub = Sentinel & { deeds: string[]; look(): Promise<void> }

/**
 * A guard with eyes and hands and no judgement worth the name: it looks at the world when told
 * to, and knows the three faults of the story. The real one plays it in test/scenarios.
 */
function simpleGuard(): Stub {
  const deeds: string[] = []
  const listeners = new Set<() => void>()
  let status: StatusView | undefined
  const hashes = new Map<string, () => Promise<void>>()

  async function look(): Promise<void> {
    const file = join(world.dockerConfigDirectory, 'config.json')
    const config = JSON.parse(await readFile(file, 'utf8')) as { currentContext?: string }
    status = statusOf(world, config.currentContext ?? 'default')
    for (const listener of listeners) listener()
  }

  const plan = (hash: string) => ({
    kind: 'plan' as const,
    hash,
    title: 'Switch back',
    steps: [{ kind: 'SelectContext', what: 'set the Docker context', cause: 'it is home' }],
    warnings: [],
  })

  const guard: Partial<Stub> = {
    deeds,
    look,
    async adopt() {
      deeds.push('adopt')
      await look()
      return {} as Awaited<ReturnType<Sentinel['adopt']>>
    },
    mirror: () => ({ stacks: status ? [status] : [] }) as ReturnType<Sentinel['mirror']>,
    onMirror(listener) {
      const tell = () => listener(guard.mirror?.() as ReturnType<Sentinel['mirror']>)
      listeners.add(tell)
      return () => listeners.delete(tell)
    },
    async propose(_stack, intent) {
      const start = intent.kind === 'switch-back' && intent.startDesktop === true
      if (!world.desktop.answers && !start) {
        return {
          kind: 'refusal',
          code: 'HOME_ENGINE_DOWN',
          sentence: 'Docker Desktop does not run.',
          nextStep: 'Start it.',
          offer: { intent: { kind: 'switch-back', startDesktop: true }, label: 'Start it' },
        }
      }
      hashes.set('#', start ? world.startDesktop : () => world.contextUse('desktop-linux'))
      return plan('#')
    },
    async execute(hash) {
      await hashes.get(hash)?.()
      deeds.push(world.desktop.answers ? 'switch back' : 'nothing')
      await look()
      return { outcome: 'done', sentence: 'Done.' } as Awaited<ReturnType<Sentinel['execute']>>
    },
  }
  return guard as Stub
}

function statusOf({ desktop, native }: DemoWorld, context: string): StatusView {
  const engineOf = (name: string) => (name === 'default' ? native : desktop)
  const codes = new Set<(typeof findingCodes)[number]>()
  if (context === 'default') codes.add('CONTEXT_SWITCHED')
  if (!desktop.answers) codes.add('DESKTOP_STOPPED')
  if (native.containers.some(runs)) codes.add('SPLIT_BRAIN')
  const answering = ['desktop-linux', 'default'].filter((name) => engineOf(name).answers)
  return statusSchema.parse({
    health: codes.size === 0 ? 'ok' : 'critical',
    sentence: 'So it is.',
    at: new Date().toISOString(),
    stack: 'odin',
    stackFile: null,
    home: { context: 'desktop-linux', source: 'stack file', engineId: desktop.identity.id },
    current: { context, source: 'config.json', engineId: engineOf(context).identity.id },
    engines: [],
    services: desktop.containers.map(({ spec }) => ({
      name: spec.labels['com.docker.compose.service'],
      project: 'odin',
      places: answering
        .filter((name) => engineOf(name).find(spec.name))
        .map((name) => ({
          context: name,
          engineId: engineOf(name).identity.id,
          container: spec.name,
          state: engineOf(name).find(spec.name)?.state,
          health: 'none',
        })),
    })),
    findings: [...codes].map((code) => ({
      code,
      severity: 'critical',
      status: 'firing',
      subject: 'x',
      sentence: 'x',
      evidence: {},
      remedy: { kind: 'none' },
      since: new Date().toISOString(),
    })),
    incidents: [],
  })
}

/** Looks after every deed, as the real guard does by itself. */
const withLooks = (guard: Stub): Beat[] =>
  story.map((beat) => ({
    ...beat,
    async do(stage) {
      await beat.do?.(stage)
      if (guard.deeds.length > 0) await guard.look()
    },
  }))

describe('the story', () => {
  test('plays to its end in the world it was written for', async () => {
    const guard = simpleGuard()
    const said: string[] = []
    const say = (line: string) => void said.push(line)
    const played = await playStory({
      world,
      story: withLooks(guard),
      sentinel: guard,
      say,
      pace: 0,
    })
    expect(played).toEqual({ ok: true, value: undefined })
    expect(guard.deeds).toEqual(['adopt', 'switch back', 'switch back'])
    expect(guard.mirror().stacks.map(servicesAtHome)).toEqual([14])
    expect(world.native.containers).toEqual([])
    expect(said.filter((line) => !line.startsWith('DEMO  '))).toEqual([])
    expect(said).toContain('DEMO    $ docker context use default')
    expect(said).toContain('DEMO    1. set the Docker context (it is home)')
  })

  test('tells the incident in its order', () => {
    expect(story.map(({ name }) => name)).toEqual([
      'calm',
      'all at home',
      'switched',
      'out of sight',
      'started twice',
      'no data',
      'switched back',
      'tidied up',
      'Docker Desktop quits',
      'Docker Desktop is back',
      'the end',
    ])
  })

  test('every deed is waited for, and the pauses alone last less than a minute', () => {
    for (const beat of story) expect(beat.do === undefined).toBe(beat.until === undefined)
    const pauses = story.reduce((sum, { afterMs }) => sum + afterMs, 0)
    expect(pauses).toBeGreaterThan(30_000)
    expect(pauses).toBeLessThan(55_000)
  })

  test('speaks in whole sentences, without a word of ours', () => {
    const ours = [
      ...['stray', 'split', 'endpoint', 'finding', 'daemon', 'socket', 'watcher', 'mirror'],
      ...['engine', 'reading', 'intent', 'remedy', 'journal', 'drift', 'baseline', 'op'],
      ...findingCodes,
    ]
    for (const { say } of story) {
      expect(say).toMatch(/^[A-Z0-9d].*\.$/)
      for (const word of ours) expect(say).not.toMatch(new RegExp(`\\b${word}s?\\b`, 'i'))
    }
  })
})

test('who stays is told where the world is, and that it is a demo', () => {
  const lines = howToPlay(world)
  expect(lines.filter((line) => !line.startsWith('DEMO'))).toEqual([])
  expect(lines.join('\n')).toContain(`DOCKER_CONFIG=${world.dockerConfigDirectory}`)
})

describe('the player', () => {
  const quiet = { say: () => {}, pace: 0 }

  test('halts at the beat that does not hold, and says what it waited for', async () => {
    const beat: Beat = {
      name: 'never',
      afterMs: 0,
      say: 'Nothing happens.',
      until: { what: 'a miracle', holds: () => false, withinSeconds: 0.01 },
    }
    const played = await playStory({ world, story: [beat], sentinel: simpleGuard(), ...quiet })
    expect(played).toEqual({
      ok: false,
      error: { beat, problem: 'The demo waited 0.01 s for a miracle, in vain.' },
    })
  })

  test('halts at the beat whose deed fails', async () => {
    const fails = () => Promise.reject(new Error('No hands.'))
    const beat: Beat = { name: 'fails', afterMs: 0, say: 'Something is done.', do: fails }
    const played = await playStory({ world, story: [beat], sentinel: simpleGuard(), ...quiet })
    expect(played).toEqual({ ok: false, error: { beat, problem: 'No hands.' } })
  })

  test('can be stopped while it pauses and while it waits', async () => {
    const waits = { what: 'a miracle', holds: () => false, withinSeconds: 60 }
    const pausing: Beat = { name: 'pausing', afterMs: 60_000, say: 'Later.' }
    const waiting: Beat = { name: 'waiting', afterMs: 0, say: 'Now.', until: waits }
    for (const beat of [pausing, waiting]) {
      const stop = new AbortController()
      const played = playStory({
        world,
        story: [beat],
        sentinel: simpleGuard(),
        say: () => stop.abort(),
        signal: stop.signal,
      })
      if (beat === pausing) stop.abort()
      expect(await played).toEqual({
        ok: false,
        error: { beat, problem: 'The demo was stopped.' },
      })
    }
  })
})
