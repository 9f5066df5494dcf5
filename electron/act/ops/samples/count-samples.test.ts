import { describe, expect, test } from 'vitest'
import type { AskInside } from './ask-inside.ts'
import { countSamples, everyTarget, missingFrom, piecesOf } from './count-samples.ts'

const hour = 3600 * 1000

/** A Prometheus with a sample of one target at each of these moments, as far as it is asked here. */
function aPrometheus(version: string, moments: readonly number[]): AskInside {
  return async (path) => {
    const url = new URL(path, 'http://x')
    if (url.pathname.endsWith('buildinfo')) return { status: 'success', data: { version } }
    const [, ms] = /\[(\d+)ms\]/.exec(url.searchParams.get('query') ?? '') ?? []
    if (ms === '0') return undefined
    const to = Number(url.searchParams.get('time')) * 1000
    const from = to - Number(ms)
    const isIn = (at: number) => (version.startsWith('2') ? at >= from : at > from) && at <= to
    const found = moments.filter(isIn).length
    const metric = { job: 'stack', instance: 'one:9100' }
    const result = found > 0 ? [{ metric, value: [to / 1000, String(found)] }] : []
    return { status: 'success', data: { resultType: 'vector', result } }
  }
}

describe('samples are counted once each', () => {
  const moments = [0, 1, 6 * hour - 1, 6 * hour, 6 * hour + 1, 12 * hour, 13 * hour]

  test.each(['2.53.3', '3.4.1'])('by %s, over pieces of a range', async (version) => {
    const ask = aPrometheus(version, moments)
    const all = await countSamples(ask, everyTarget, { from: 0, to: 13 * hour })
    expect(all).toEqual({ 'stack one:9100': moments.length })
    const some = await countSamples(ask, everyTarget, { from: 1, to: 12 * hour })
    expect(some).toEqual({ 'stack one:9100': 5 })
  })

  test('of a time without samples there are none', async () => {
    const ask = aPrometheus('2.53.3', [])
    expect(await countSamples(ask, everyTarget, { from: 5, to: 5 })).toEqual({})
  })

  test('who does not answer is not taken for one that has none', async () => {
    const silent: AskInside = async () => undefined
    await expect(countSamples(silent, everyTarget, { from: 0, to: 1 })).rejects.toThrow(
      'Prometheus did not answer',
    )
  })
})

test('pieces of a range touch and do not overlap', () => {
  const pieces = piecesOf({ from: 5 * hour, to: 19 * hour })
  expect(pieces[0]?.from).toBe(5 * hour)
  expect(pieces.at(-1)?.to).toBe(19 * hour)
  for (const [index, piece] of pieces.entries()) {
    if (index > 0) expect(piece.from).toBe((pieces[index - 1]?.to ?? 0) + 1)
  }
})

describe('what is missing after both sides were put together', () => {
  const home = { 'a 1': 36 }
  const carried = { 'a 1': 3, 'b 2': 4 }

  test('is nothing where all of both are there, and more since', () => {
    expect(missingFrom({ 'a 1': 41, 'b 2': 4 }, { home, within: {}, carried })).toEqual([])
  })

  test('is a sample of either side', () => {
    expect(missingFrom({ 'a 1': 38, 'b 2': 3 }, { home, within: {}, carried })).toEqual([
      'a 1 has 38 samples, expected 39',
      'b 2 has 3 samples, expected 4',
    ])
  })

  test('is not what both have recorded at the same moment', () => {
    const within = { 'a 1': 2 }
    expect(missingFrom({ 'a 1': 37, 'b 2': 4 }, { home, within, carried })).toEqual([])
    expect(missingFrom({ 'a 1': 36, 'b 2': 4 }, { home, within, carried })).toHaveLength(1)
  })
})
