import { describe, expect, test } from 'vitest'
import { expositionCases } from '../../../test/support/exposition-cases.ts'
import { ExpositionProblem } from './exposition-problem.ts'
import { type ExpositionFormat, expositionParser, type Sample } from './parse-exposition.ts'

function parse(
  body: string | Buffer,
  { format = 'text', wanted = [], chunkBytes = Infinity }: Options = {},
): { samples: number; handedOut: Sample[] } {
  const handedOut: Sample[] = []
  const onSample = (sample: Sample) => handedOut.push(sample)
  const parser = expositionParser({ format, wanted, onSample })
  const bytes = Buffer.from(body)
  const step = Math.min(chunkBytes, Math.max(1, bytes.length))
  for (let at = 0; at < bytes.length; at += step) parser.write(bytes.subarray(at, at + step))
  parser.end()
  return { samples: parser.samples, handedOut }
}
type Options = { format?: ExpositionFormat; wanted?: readonly string[]; chunkBytes?: number }

const problemOf = (...args: Parameters<typeof parse>): ExpositionProblem => {
  try {
    parse(...args)
  } catch (error) {
    if (error instanceof ExpositionProblem) return error
    throw error
  }
  throw new Error('it was taken')
}

describe.each([Infinity, 7, 1])('in chunks of %s bytes', (chunkBytes) => {
  test.each(expositionCases)('$format: $name', ({ format, body, ...rest }) => {
    if ('samples' in rest) expect(parse(body, { format, chunkBytes }).samples).toBe(rest.samples)
    else expect(problemOf(body, { format, chunkBytes }).line).toBe(rest.wrongLine)
  })
})

test('hands out the wanted samples, whole, and no others', () => {
  const body = [
    '# TYPE a gauge',
    'a{x="1",y="\\"q\\" \\\\ \\n \\z ü"} -2.5e3 1700000000000',
    'ab 1',
    'a +Inf',
    'b{le="+Inf"} 7',
    '',
  ].join('\n')
  const { samples, handedOut } = parse(body, { wanted: ['a', 'c'], chunkBytes: 11 })
  expect(samples).toBe(4)
  expect(handedOut).toEqual([
    { name: 'a', labels: { x: '1', y: '"q" \\ \n \\z ü' }, value: -2500 },
    { name: 'a', labels: {}, value: Infinity },
  ])
})

test('reads quoted names, of metrics and of labels, as Prometheus 3 writes them', () => {
  const body = '# TYPE "my.metric" gauge\n{"my.metric","a.b"="c",d="e"} 3\n{"other"} 1\n'
  for (const format of ['text', 'openmetrics'] as const) {
    const whole = format === 'text' ? body : `${body}# EOF\n`
    const { samples, handedOut } = parse(whole, { format, wanted: ['my.metric'] })
    expect(samples).toBe(2)
    expect(handedOut).toEqual([{ name: 'my.metric', labels: { 'a.b': 'c', d: 'e' }, value: 3 }])
  }
})

test.each([
  ['{a="b"} 1\n', 'expected the name of a metric, found'],
  ['{"a","b"} 1\n', 'expected one name of the metric, found'],
  ['x{"a"} 1\n', "expected = after a label's name, found"],
])('refuses %j', (body, message) => {
  expect(problemOf(body).message).toContain(message)
})

test('says in which line it goes wrong, what was expected and what came', () => {
  expect(problemOf('a 1\n# HELP a b\n\na{b="c"} x y\n').message).toBe(
    'Line 4: expected a value, found "x y".',
  )
  expect(problemOf('a{b="x\ny"} 1\nb\n').message).toBe(
    'Line 3: expected a value, found the end of the line.',
  )
  expect(problemOf('<html>\n<body>\u001b[31m</body>').message).toBe(
    'Line 1: expected the name of a metric or a comment, found "<html>".',
  )
})

test('keeps no line that never ends', () => {
  const parser = expositionParser({ format: 'text' })
  const chunk = Buffer.alloc(65_536, 'a')
  const feed = () => {
    for (let i = 0; i < 40; i += 1) parser.write(chunk)
  }
  expect(feed).toThrow('Line 1: expected the end of a line within 1 MiB, found none.')
})

test('does not read a long value anew with each of its lines', () => {
  const parser = expositionParser({ format: 'text' })
  parser.write(Buffer.from('a{b="'))
  const line = Buffer.from('and another line\n')
  for (let i = 0; i < 60_000; i += 1) parser.write(line)
  parser.write(Buffer.from('"} 1\n'))
  parser.end()
  expect(parser.samples).toBe(1)
})
