import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Watcher } from '../../electron/observe/watcher.ts'
import type { Reading } from '../../shared/domain/reading.ts'
import { type Collected, collected } from '../support/collected.ts'

/** A watcher and the world that it looks at. The source is readable when the test begins. */
export type WatchedWorld<T> = {
  watcher: Watcher<T>
  /** Changes the source so that `shows(reading.value, step)` becomes true; it sends its hint. */
  change(step: number): Promise<void>
  shows(value: T, step: number): boolean
  /** Makes the source unreadable, with its hint. */
  spoil(): Promise<void>
  mend(): Promise<void>
  close(): Promise<void>
}

/** What every watcher promises, whatever it looks at. */
export function watcherContract<T>(name: string, build: () => Promise<WatchedWorld<T>>): void {
  describe(`${name} keeps a watcher's promises`, () => {
    let world: WatchedWorld<T>
    let readings: Collected<Reading<T>>

    beforeEach(async () => {
      world = await build()
      readings = collected()
    })
    afterEach(async () => {
      await world.watcher.stop()
      await world.close()
    })

    const start = () => world.watcher.start(readings.add)
    const isKnown = (reading: Reading<T>) => reading.status === 'known'
    const isUnknown = (reading: Reading<T>) => reading.status === 'unknown'
    const showing = (step: number) => (reading: Reading<T>) =>
      reading.status === 'known' && world.shows(reading.value, step)

    test('publishes unprompted', async () => {
      start()
      const reading = await readings.until(isKnown)
      expect(reading.observedAt).toBeGreaterThan(0)
    })

    test('looks again after a hint, every time', async () => {
      start()
      await readings.until(isKnown)
      for (const step of [1, 2, 3]) {
        await world.change(step)
        await readings.until(showing(step), readings.all.length - 1)
      }
    })

    test('says unknown with what was known last when the source breaks, and recovers', async () => {
      start()
      await readings.until(isKnown)
      await world.change(1)
      await readings.until(showing(1))
      const before = readings.all.length
      await world.spoil()
      const broken = await readings.until(isUnknown, before)
      expect(broken).toMatchObject({ lastKnown: expect.anything() })
      if (broken.status === 'unknown') {
        expect(broken.failure.message).not.toBe('')
        expect(broken.failure.code).not.toBe('pending')
      }
      const spoilt = readings.all.length
      await world.mend()
      await readings.until(isKnown, spoilt)
    })

    test('says unknown when the source was never readable, and nothing is thrown', async () => {
      await world.spoil()
      start()
      const reading = await readings.until(isUnknown)
      expect(reading).not.toHaveProperty('lastKnown')
      await expect(world.watcher.lookNow()).resolves.toBeUndefined()
    })

    test('collapses a burst', async () => {
      start()
      await readings.until(isKnown)
      const before = readings.all.length
      const burst = 40
      for (let step = 1; step <= burst; step += 1) await world.change(step)
      await readings.until(showing(burst), before - 1)
      await world.watcher.lookNow()
      expect(readings.all.length - before).toBeLessThan(burst)
    })

    test('publishes when it is asked to look, though nothing has changed', async () => {
      start()
      await readings.until(isKnown)
      const before = readings.all.length
      await world.watcher.lookNow()
      expect(readings.all.length).toBeGreaterThan(before)
    })

    test('is silent after stop, also in the middle of a look', async () => {
      start()
      await readings.until(isKnown)
      const look = world.watcher.lookNow()
      await world.watcher.stop()
      const before = readings.all.length
      await look
      await world.change(1)
      await world.watcher.lookNow()
      await world.watcher.stop()
      expect(readings.all.length).toBe(before)
    })
  })
}
