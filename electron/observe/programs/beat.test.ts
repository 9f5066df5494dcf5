import { expect, test } from 'vitest'
import { collected } from '../../../test/support/collected.ts'
import { everyBeat, offsetOf } from './beat.ts'

const everyMs = 15_000

test('the same name has the same place, on every start', () => {
  expect(offsetOf('http://127.0.0.1:9100/metrics', everyMs)).toBeCloseTo(2659.6, 1)
})

test('a thousand exporters, on one host or on many, are spread over the interval', () => {
  for (const url of [
    (i: number) => `http://127.0.0.1:${9000 + i}/metrics`,
    (i: number) => `http://10.0.${i >> 8}.${i & 255}:9100/metrics`,
  ]) {
    const seconds = Array.from({ length: 15 }, () => 0)
    for (let i = 0; i < 1000; i += 1) {
      const second = Math.floor(offsetOf(url(i), everyMs) / 1000)
      seconds[second] = (seconds[second] ?? 0) + 1
    }
    expect(Math.max(...seconds)).toBeLessThan(110)
    expect(Math.min(...seconds)).toBeGreaterThan(35)
  }
})

test('beats once in each interval, at the same place, and not after its stop', async () => {
  const steadyNow = () => performance.timeOrigin + performance.now()
  const beats = collected<number>()
  const stop = everyBeat(20, 5, () => beats.add(steadyNow()))
  await beats.until(() => beats.all.length >= 10)
  stop()
  const control = collected<number>()
  const stopControl = everyBeat(20, 5, () => control.add(1))
  await control.until(() => control.all.length >= 3)
  stopControl()
  const [first = 0] = beats.all
  const intervals = ((beats.all.at(-1) ?? 0) - first) / 20
  expect(beats.all.length).toBeLessThanOrEqual(intervals + 2)
  expect(beats.all.length).toBeLessThan(13)
})
