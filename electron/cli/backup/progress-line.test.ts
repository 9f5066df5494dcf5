import { expect, test } from 'vitest'
import { progressText } from './progress-line.ts'

const reading = {
  phase: 'reading' as const,
  what: 'Prometheus data of odin/prometheus',
  files: 1_234,
  bytes: 1.5 * 2 ** 30,
  totalBytes: 3 * 2 ** 30,
  startedAt: 0,
}

test('phase, what, files, bytes, rate and what is left, on one line', () => {
  expect(progressText(reading, 100 * 2 ** 20, 120)).toBe(
    'reading  Prometheus data of odin/prometheus  1234 files, 1.5 GiB of 3.0 GiB, 100.0 MiB/s, 15 s left',
  )
})

test('never wider than the terminal, and nothing of it is made up', () => {
  const { totalBytes: _, ...without } = reading
  expect(progressText(without, undefined, 60)).toBe(
    'reading  Prometheus data of odin/prom…  1234 files, 1.5 GiB',
  )
  for (const columns of [1, 10, 40]) {
    expect(progressText(reading, 1, columns).length).toBeLessThan(columns)
  }
})

test('what it is about does not move the cursor', () => {
  const what = 'volume \u001b[2Jgone\n'
  expect(progressText({ ...reading, what, files: 0, bytes: 0 }, undefined, 80)).toBe(
    'reading  volume �[2Jgone�',
  )
})
