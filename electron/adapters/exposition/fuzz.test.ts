import { expect, test } from 'vitest'
import { aRandomExposition, mutated } from '../../../test/support/a-random-exposition.ts'
import { type Random, seededRandom } from '../../../test/support/seeded-random.ts'
import { ExpositionProblem } from './exposition-problem.ts'
import { type ExpositionFormat, expositionParser, type Sample } from './parse-exposition.ts'

const rounds = 3000
const formats: readonly ExpositionFormat[] = ['text', 'openmetrics']

function readInPieces(
  random: Random,
  format: ExpositionFormat,
  bytes: Buffer,
  wanted: readonly string[],
): { samples: number; handedOut: Sample[] } {
  const handedOut: Sample[] = []
  const onSample = (sample: Sample) => handedOut.push(sample)
  const parser = expositionParser({ format, wanted, onSample })
  for (let at = 0; at < bytes.length; ) {
    const next = at + random.upTo(40)
    parser.write(bytes.subarray(at, next))
    at = next
  }
  parser.end()
  return { samples: parser.samples, handedOut }
}

test('what was written at random is read as it was written, however it is cut', () => {
  const random = seededRandom(1)
  for (let round = 0; round < rounds; round += 1) {
    const format = random.oneOf(formats)
    const { body, samples } = aRandomExposition(random, format)
    const wanted = samples.flatMap(({ name }) => (random.chance(0.5) ? [name] : []))
    const read = readInPieces(random, format, Buffer.from(body), wanted)
    expect(read.samples, body).toBe(samples.length)
    expect(read.handedOut, body).toEqual(samples.filter(({ name }) => wanted.includes(name)))
  }
})

test('what is broken at random gives samples or our problem, and the same however it is cut', () => {
  const random = seededRandom(2)
  const verdict = (format: ExpositionFormat, bytes: Buffer, whole: boolean): string => {
    try {
      if (!whole) return String(readInPieces(random, format, bytes, []).samples)
      const parser = expositionParser({ format })
      parser.write(bytes)
      parser.end()
      return String(parser.samples)
    } catch (error) {
      if (!(error instanceof ExpositionProblem)) throw error
      return `line ${error.line}`
    }
  }
  const verdicts = new Set<boolean>()
  for (let round = 0; round < rounds; round += 1) {
    const format = random.oneOf(formats)
    const { body } = aRandomExposition(random, random.chance(0.9) ? format : random.oneOf(formats))
    const bytes = mutated(random, Buffer.from(body))
    const atOnce = verdict(format, bytes, true)
    verdicts.add(atOnce.startsWith('line'))
    expect(verdict(format, bytes, false), bytes.toString('latin1')).toBe(atOnce)
  }
  expect([...verdicts].sort()).toEqual([false, true])
})

test('noise gives our problem or samples', () => {
  const random = seededRandom(3)
  for (let round = 0; round < rounds; round += 1) {
    const bytes = Buffer.from(Array.from({ length: random.upTo(60) }, () => random.upTo(256)))
    try {
      readInPieces(random, random.oneOf(formats), bytes, ['a'])
    } catch (error) {
      expect(error).toBeInstanceOf(ExpositionProblem)
    }
  }
})
