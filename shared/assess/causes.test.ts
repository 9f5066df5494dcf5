import { expect, test } from 'vitest'
import { aFinding } from '../../test/support/a-situation.ts'
import { comesFrom } from './causes.ts'
import { type FindingCode, findingCodes } from './finding.ts'

const a = (code: FindingCode, subject: string, ...about: string[]) =>
  aFinding({ code, subject, about })

test('one thing ties a consequence to its cause, by its subject or by what it is about', () => {
  const down = a('PROMETHEUS_TARGET_DOWN', 'target:node/x', 'service:odin/node')
  expect(comesFrom(down, a('EXPORTER_DOWN', 'service:odin/node'))).toBe('same thing')
  expect(comesFrom(down, a('HYBRID_DEPLOYMENT', 'unit:x', 'service:odin/node'))).toBe('same thing')
  expect(comesFrom(down, a('EXPORTER_DOWN', 'service:odin/gpu'))).toBeUndefined()
})

test('a dashboard may have lost its data to anything that carries data', () => {
  const empty = a('DASHBOARD_NO_DATA', 'dashboard:n')
  for (const code of ['EXPORTER_DOWN', 'SAMPLES_STALE', 'DATASOURCE_BROKEN'] as const)
    expect(comesFrom(empty, a(code, 'other:thing'))).toBe('anything')
  expect(comesFrom(empty, a('GPU_HOT', 'gpu:1'))).toBeUndefined()
})

test('cause and consequence never change places', () => {
  const everything = findingCodes.map((code) => a(code, 'the:same'))
  const both = everything.flatMap((one) =>
    everything
      .filter((other) => comesFrom(one, other) && comesFrom(other, one))
      .map((other) => `${one.code} and ${other.code}`),
  )
  expect(both).toEqual([])
})

test('nothing comes from itself', () => {
  expect(findingCodes.filter((code) => comesFrom(a(code, 'x'), a(code, 'x')))).toEqual([])
})
