import { expect, it } from 'vitest'
import { playStory } from '../../electron/demo/play-story.ts'
import { story } from '../../electron/demo/story.ts'
import { openSentinel } from '../../electron/sentinel/open-sentinel.ts'
import { withWorld } from '../support/world.ts'

it(
  'the story of the demo ends well with the real guard and its own hold times',
  () =>
    withWorld(async (world) => {
      const { env, homeDirectory, defaultEndpoint, userUnits } = world
      const place = { env, homeDirectory, defaultEndpoint }
      const sentinel = await openSentinel({ place, userUnits, demo: true })
      try {
        await sentinel.start()
        const lines: string[] = []
        const played = await playStory({
          world,
          story,
          sentinel,
          say: (line) => lines.push(line),
          pace: 0,
        })
        expect(played).toEqual({ ok: true, value: undefined })
        expect(lines.every((line) => line.startsWith('DEMO'))).toBe(true)
        expect(sentinel.mirror()).toMatchObject({ demo: true, stacks: [{ health: 'ok' }] })
      } finally {
        await sentinel.stop()
      }
    }),
  240_000,
)
