import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { emptyHistory } from '../../shared/domain/history.ts'
import { known } from '../../shared/domain/reading.ts'
import { judge } from './judge.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function judging(alsoDueAt: () => number | undefined) {
  let verdicts = 0
  const one = judge({
    history: emptyHistory,
    holdFor: () => 0,
    snoozedUntil: () => undefined,
    beyond: () => ({}),
    alsoDueAt,
    now: Date.now,
    onVerdict: () => {
      verdicts += 1
    },
  })
  return { one, verdicts: () => verdicts }
}

it('judges again when "I am moving" ends, so that what is still wrong is told', async () => {
  const end = Date.now() + 3_600_000
  const { one, verdicts } = judging(() => (Date.now() < end ? end : undefined))
  one.judgeNow()
  await vi.advanceTimersByTimeAsync(3_599_999)
  expect(verdicts()).toBe(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(verdicts()).toBe(2)
  await vi.advanceTimersByTimeAsync(3_600_000)
  expect(verdicts()).toBe(2)
  one.stop()
})

it('does not spin when what is due lies further away than a timer reaches', async () => {
  const { one, verdicts } = judging(() => Date.now() + 365 * 24 * 3_600_000)
  one.judgeNow()
  await vi.advanceTimersByTimeAsync(24 * 3_600_000)
  expect(verdicts()).toBe(1)
  one.stop()
})

it('judges what is different at once, and the same seen again only now and then', async () => {
  const { one, verdicts } = judging(() => undefined)
  const see = (name: string) =>
    one.see({
      engines: [
        {
          endpoint: 'unix:///d.sock',
          contexts: [name],
          engine: known(
            {
              id: 'E1',
              kind: 'native',
              name: '',
              version: '',
              apiVersion: '',
              operatingSystem: '',
            },
            Date.now(),
          ),
          containers: known([], Date.now()),
        },
      ],
    })
  one.judgeNow()
  see('a')
  expect(verdicts()).toBe(2)
  await vi.advanceTimersByTimeAsync(10_000)
  see('a')
  expect(verdicts()).toBe(2)
  expect(one.observed().engines[0]?.engine.observedAt).toBe(Date.now())
  see('b')
  expect(verdicts()).toBe(3)
  await vi.advanceTimersByTimeAsync(30_000)
  see('b')
  expect(verdicts()).toBe(4)
  one.stop()
})
