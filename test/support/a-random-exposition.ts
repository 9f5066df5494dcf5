import type {
  ExpositionFormat,
  Sample,
} from '../../electron/adapters/exposition/parse-exposition.ts'
import type { Random } from './seeded-random.ts'

const pieces = ['a', 'Z', '_', '9', 'total', 'bytes', 'x1']
const valuePieces = ['a', ' ', '{', '}', ',', '=', '#', '"', '\\', '\n', 'ü', '€', '😀', '\t', '1']
const words = ['counts', 'things', 'ü', '\\\\', '\\n', '"', '#', '{a="b"} 1']
const numbers = ['0', '1', '-1', '1.5', '1e9', '2.5E-3', '+Inf', '-Inf', 'NaN', '.5', '123456789']
const types: Readonly<Record<ExpositionFormat, readonly string[]>> = {
  text: ['counter', 'gauge', 'histogram', 'summary', 'untyped'],
  openmetrics: ['counter', 'gauge', 'histogram', 'info', 'stateset', 'unknown'],
}

/** A valid exposition and the samples that it was written from. */
export function aRandomExposition(
  random: Random,
  format: ExpositionFormat,
): { body: string; samples: readonly Sample[] } {
  const isText = format === 'text'
  const samples: Sample[] = []
  const lines: string[] = []
  const blank = () => (isText ? random.oneOf([' ', '  ', '\t', ' \t ']) : ' ')
  for (let left = random.upTo(12); left > 0; left -= 1) {
    const name = aName(random)
    if (random.chance(0.5)) lines.push(`# HELP ${name} ${someOf(random, words).join(' ')}`)
    if (random.chance(0.5)) lines.push(`# TYPE ${name} ${random.oneOf(types[format])}`)
    if (isText && random.chance(0.2)) lines.push(random.oneOf(['', '#', '# anything', ' \t']))
    for (let more = random.upTo(4); more > 0; more -= 1) {
      const labels = someLabels(random)
      const number = random.oneOf(numbers)
      const time = random.chance(0.2) ? `${blank()}${random.upTo(2 ** 31)}` : ''
      const exemplar = !isText && random.chance(0.2) ? ' # {trace="1"} 0.5' : ''
      const gap = isText && random.chance(0.2) ? blank() : ''
      lines.push(`${name}${gap}${written(labels)}${blank()}${number}${time}${exemplar}`)
      samples.push({ name, labels, value: Number(number.replace('Inf', 'Infinity')) })
    }
  }
  if (!isText) lines.push('# EOF')
  const end = lines.length > 0 && (!isText || random.chance(0.8)) ? '\n' : ''
  return { body: lines.join('\n') + end, samples }
}

const someOf = <T>(random: Random, things: readonly T[]): T[] =>
  Array.from({ length: random.upTo(5) }, () => random.oneOf(things))

/** Unique by a number, so that no two metrics are one. */
const aName = (random: Random): string =>
  `m${random.upTo(2 ** 31)}${someOf(random, [...pieces, ':']).join('')}`

function someLabels(random: Random): Record<string, string> {
  const labels: Record<string, string> = {}
  for (let left = random.upTo(4); left > 0; left -= 1)
    labels[`l${left}${someOf(random, pieces).join('')}`] = someOf(random, valuePieces).join('')
  return labels
}

function written(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length > 0 ? `{${pairs.join(',')}}` : ''
}

const escaped = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

const nasty = [...'{}",=#\\\n\r\t +-.e0aNI<', '\u00ff', '# ', 'HELP ', '# EOF\n', '1e999']

/** The same with one to three small wounds. NUL is left out: Prometheus ends there, silently. */
export function mutated(random: Random, bytes: Buffer): Buffer {
  let result = bytes
  for (let wounds = 1 + random.upTo(3); wounds > 0; wounds -= 1) {
    const at = random.upTo(result.length + 1)
    const removed = random.oneOf([0, 0, 1, 1, 2, 7])
    const added = random.chance(0.7) ? Buffer.from(random.oneOf(nasty), 'latin1') : Buffer.alloc(0)
    result = Buffer.concat([result.subarray(0, at), added, result.subarray(at + removed)])
  }
  return result
}
