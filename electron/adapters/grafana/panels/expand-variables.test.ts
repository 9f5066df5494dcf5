import { expect, test } from 'vitest'
import { expandAll, expandText, type VariableValue, variablesIn } from './expand-variables.ts'
import { intervalSeconds, timeVariables } from './time-variables.ts'

const one = (value: string, many = false): VariableValue => ({
  values: [value],
  texts: [value],
  many,
})
const some = (...values: string[]): VariableValue => ({ values, texts: values, many: true })

const variables = new Map<string, VariableValue>([
  ['job', one('node')],
  ['path', one('C:\\a"b')],
  ['instance', one('a.b:9100', true)],
  ['hosts', some('a.b', "c'd")],
  ['all', { values: ['x', 'y'], texts: ['All'], many: true, verbatim: '.+' }],
  ['named', { values: ['1', '2'], texts: ['One', 'Two'], many: true }],
  ['empty', { values: [], texts: [], many: true }],
  ['__from', one('1700000000123')],
])

test.each([
  ['up{job="$job"}', 'up{job="node"}'],
  ['up{job="${job}"}', 'up{job="node"}'],
  ['up{job="[[job]]"}', 'up{job="node"}'],
  ['$job$job', 'nodenode'],
  ['$job_x ${job}_x', '$job_x node_x'],
  ['label_replace(up, "a", "$1", "b", "(.*)")', 'label_replace(up, "a", "$1", "b", "(.*)")'],
  ['$unknown ${unknown:csv} [[unknown]]', '$unknown ${unknown:csv} [[unknown]]'],
  ['${__field.name}', '${__field.name}'],
  ['x="$path"', 'x="C:\\\\a\\"b"'],
  ['i=~"$instance"', 'i=~"a\\\\.b:9100"'],
  ['h=~"$hosts"', 'h=~"(a\\\\.b|c\\\\\'d)"'],
  ['x=~"$all"', 'x=~".+"'],
  ['x=~"${all:regex}"', 'x=~".+"'],
  ['$empty', '()'],
])('for Prometheus %j is %j', (text, expanded) => {
  expect(expandText(text, variables, 'prometheus')).toBe(expanded)
})

test.each([
  ['raw', "{a.b,c'd}"],
  ['regex', "(a\\.b|c'd)"],
  ['pipe', "a.b|c'd"],
  ['csv', "a.b,c'd"],
  ['join:;', "a.b;c'd"],
  ['json', '["a.b","c\'d"]'],
  ['doublequote', '"a.b","c\'d"'],
  ['singlequote', "'a.b','c\\'d'"],
  ['sqlstring', "'a.b','c''d'"],
  ['glob', "{a.b,c'd}"],
  ['percentencode', "%7Ba.b%2Cc'd%7D"],
  ['lucene', '("a.b" OR "c\'d")'],
  ['text', "a.b + c'd"],
])('the format %s', (format, expanded) => {
  expect(expandText(`\${hosts:${format}}`, variables, 'prometheus')).toBe(expanded)
  if (!format.includes(':'))
    expect(expandText(`[[hosts:${format}]]`, variables, 'prometheus')).toBe(expanded)
})

test.each([
  ['graphite', '$hosts', "{a.b,c'd}"],
  ['graphite', '$job', 'node'],
  ['mysql', 'in ($hosts)', "in ('a.b','c''d')"],
  ['grafana-postgresql-datasource', "= '$job'", "= 'node'"],
  ['influxdb', '$hosts', "(a\\.b|c'd)"],
  ['elasticsearch', '$instance', 'a.b\\:9100'],
  ['loki', '{i=~"$instance"}', '{i=~"a\\\\.b:9100"}'],
  ['loki', '${named:text}', 'One + Two'],
  ['mysql', '$__timeFilter(at)', '$__timeFilter(at)'],
  ['', '${__from:date:iso}', '2023-11-14T22:13:20.123Z'],
  ['', '${__from:date:seconds}', '1700000000'],
])('for %s %j is %j', (type, text, expanded) => {
  expect(expandText(text, variables, type)).toBe(expanded)
})

test('every text of a query is expanded, and nothing else is touched', () => {
  const query = { expr: '$job', deep: [{ a: '[[job]]', n: 1, no: null }], yes: true }
  expect(expandAll(query, variables, 'prometheus')).toEqual({
    expr: 'node',
    deep: [{ a: 'node', n: 1, no: null }],
    yes: true,
  })
})

test('the variables in a text', () => {
  expect(variablesIn('$a ${b:csv} [[c]] ${d.e} $1')).toEqual(['a', 'b', 'c', 'd', '1'])
})

const range = { from: 0, to: 900_000 }

test.each([
  ['rate(x[$__interval])', 15, 15, 'rate(x[15s])'],
  ['rate(x[$__rate_interval])', 15, 15, 'rate(x[1m])'],
  ['rate(x[${__rate_interval}])', 60, 15, 'rate(x[75s])'],
  ['rate(x[$__rate_interval])', 300, 60, 'rate(x[6m])'],
  ['increase(x[$__range])', 15, 15, 'increase(x[900s])'],
  ['x[${__range_s}s] $__range_ms', 15, 15, 'x[900s] 900000'],
  ['$__interval_ms $__from $__to', 2, 2, '2000 0 900000'],
  ['$__interval', 0.5, 0.5, '500ms'],
  ['$__interval', 3600, 15, '1h'],
])('%j with an interval of %d s is %j', (text, interval, scrape, expanded) => {
  const time = timeVariables(range, interval, scrape)
  expect(expandText(text, time, 'prometheus')).toBe(expanded)
})

test.each([
  [[undefined, null, ''], 15],
  [['1m', '10s'], 60],
  [['', '>30s', '10s'], 30],
  [['nonsense', '5s'], 5],
  [['0s'], 15],
])('of the intervals %j, %d s counts', (wishes, seconds) => {
  expect(intervalSeconds(...wishes)).toBe(seconds)
})
