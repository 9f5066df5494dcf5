import { expect, test } from 'vitest'
import { HttpFailure } from '../../http/http-failure.ts'
import type { RawVariable } from '../grafana-answers.ts'
import type { Source } from './find-datasource.ts'
import { customOptions, pickedOptions } from './variable-options.ts'
import { type Lookup, lookupOf, variableValues } from './variable-values.ts'

const sources: Source[] = [
  { uid: 'p1', name: 'Prometheus', type: 'prometheus', isDefault: true },
  { uid: 'p2', name: 'Other', type: 'prometheus', isDefault: false },
  { uid: 'l1', name: 'Loki', type: 'loki', isDefault: false },
]

const aVariable = (more: Partial<RawVariable>): RawVariable =>
  ({ name: 'v', type: 'query', query: '', datasource: undefined, ...more }) as RawVariable

async function valueFor(variable: Partial<RawVariable>, answers: string[] = []) {
  const values = await variableValues(
    [aVariable(variable)],
    new Map(),
    sources,
    async () => answers,
  )
  return values.get('v')
}

const labelValues = { query: 'label_values(up, job)' }

test.each<[string, Partial<RawVariable>, string[]]>([
  ['a constant', { type: 'constant', query: 'prod' }, ['prod']],
  ['a text box', { type: 'textbox', query: 'first', current: { value: 'typed' } }, ['typed']],
  ['a text box that nobody has used', { type: 'textbox', query: 'first' }, ['first']],
  ['the saved custom value', { type: 'custom', query: 'a,b', current: { value: 'b' } }, ['b']],
  ['a custom value that is gone', { type: 'custom', query: 'a,b', current: { value: 'z' } }, ['a']],
  ['a custom value with a text', { type: 'custom', query: 'One : 1, Two : 2' }, ['1']],
  [
    'several values',
    { type: 'custom', query: 'a,b,c', multi: true, current: { value: ['a', 'c'] } },
    ['a', 'c'],
  ],
  [
    'All of a custom one',
    { type: 'custom', query: 'a,b', includeAll: true, current: { value: '$__all' } },
    ['a', 'b'],
  ],
  [
    'All in a list',
    { type: 'custom', query: 'a,b', multi: true, includeAll: true, current: { value: ['$__all'] } },
    ['a', 'b'],
  ],
  ['an interval', { type: 'interval', query: '1m,10m', current: { value: '10m' } }, ['10m']],
  ['the saved query value', { ...labelValues, current: { value: 'b' } }, ['b']],
  ['a query value that is gone', { ...labelValues, current: { value: 'z' } }, ['a']],
  ['never saved', labelValues, ['a']],
  ['never saved, with All', { ...labelValues, includeAll: true }, ['a', 'b']],
  ['picked by a regex', { ...labelValues, regex: '/b/' }, ['b']],
  [
    'a datasource by its uid',
    { type: 'datasource', query: 'prometheus', current: { value: 'p2' } },
    ['p2'],
  ],
  [
    'a datasource by its name',
    { type: 'datasource', query: 'prometheus', current: { value: 'Other' } },
    ['p2'],
  ],
  [
    'a datasource that is gone',
    { type: 'datasource', query: 'prometheus', current: { value: 'zz' } },
    ['p1'],
  ],
  ['a datasource by a regex', { type: 'datasource', query: 'prometheus', regex: '/^Oth/' }, ['p2']],
  ['a datasource of a type that is not there', { type: 'datasource', query: 'influxdb' }, []],
  ['something new', { type: 'switch', current: { value: 'true' } }, ['true']],
])('%s', async (_, variable, values) => {
  expect((await valueFor(variable, ['a', 'b']))?.values).toEqual(values)
})

test('All with a value of its own is taken as it is', async () => {
  const all = { ...labelValues, includeAll: true, allValue: '.*', current: { value: '$__all' } }
  expect(await valueFor(all, ['a'])).toMatchObject({ verbatim: '.*', texts: ['All'] })
})

test('one variable waits for those that it refers to, however they are listed', async () => {
  const asked: Lookup[] = []
  const list = [
    aVariable({
      name: 'instance',
      query: 'label_values(up{job="$job"}, instance)',
      datasource: { uid: '$ds' },
    }),
    aVariable({
      name: 'job',
      query: { query: 'label_values(job)', refId: 'x' },
      datasource: { uid: '$ds' },
    }),
    aVariable({ name: 'ds', type: 'datasource', query: 'prometheus' }),
  ]
  const values = await variableValues(list, new Map(), sources, async ({ uid }, lookup) => {
    asked.push(lookup)
    return [`${uid}-${asked.length}`]
  })
  expect(asked).toEqual([
    { kind: 'label-values', label: 'job', selector: '' },
    { kind: 'label-values', label: 'instance', selector: 'up{job="p1-1"}' },
  ])
  expect(values.get('instance')?.values).toEqual(['p1-2'])
})

test('variables that refer to each other end all the same', async () => {
  const list = [
    aVariable({ name: 'a', query: 'label_values(x{b="$b"}, a)' }),
    aVariable({ name: 'b', query: 'label_values(x{a="$a"}, b)' }),
  ]
  const values = await variableValues(list, new Map(), sources, async () => ['1'])
  expect([...values.keys()].sort()).toEqual(['a', 'b'])
})

test('a lookup that is refused leaves the saved value, one without any answer is no answer', async () => {
  const list = [aVariable({ ...labelValues, current: { value: 'saved' } })]
  const refused = new HttpFailure('invalid', 'It said 400.', { status: 400 })
  const gone = new HttpFailure('refused', 'Nobody answers.')
  const values = await variableValues(list, new Map(), sources, () => Promise.reject(refused))
  expect(values.get('v')?.values).toEqual(['saved'])
  await expect(variableValues(list, new Map(), sources, () => Promise.reject(gone))).rejects.toBe(
    gone,
  )
})

test.each<[unknown, Lookup | undefined]>([
  ['label_values(job)', { kind: 'label-values', label: 'job', selector: '' }],
  [
    'label_values(up{a="b,c"}, job)',
    { kind: 'label-values', label: 'job', selector: 'up{a="b,c"}' },
  ],
  ['label_names()', { kind: 'label-names' }],
  ['metrics(node_.*)', { kind: 'metrics', pattern: 'node_.*' }],
  ['query_result(topk(5, up))', { kind: 'query-result', query: 'topk(5, up)' }],
  [
    { query: 'label_values(job)', refId: 'A' },
    { kind: 'label-values', label: 'job', selector: '' },
  ],
  [
    { label: 'app', stream: '{a="b"}', type: 1 },
    { kind: 'label-values', label: 'app', selector: '{a="b"}' },
  ],
  ['SELECT host FROM hosts', undefined],
  [undefined, undefined],
])('the variable query %j', (query, lookup) => {
  expect(lookupOf(aVariable({ query }), (text) => text)).toEqual(lookup)
})

test.each([
  ['a,b', ['a', 'b']],
  [' a , b ', ['a', 'b']],
  ['a\\,b,c', ['a,b', 'c']],
  ['http://x:1', ['http://x:1']],
  ['', []],
])('the custom values of %j', (query, values) => {
  expect(customOptions(query).map(({ value }) => value)).toEqual(values)
})

test.each<[string, Partial<RawVariable>, string[]]>([
  ['the first group', { regex: '/instance="([^"]+)"/' }, ['a:1', 'b:2']],
  ['named groups', { regex: '/(?<text>ins)tance="(?<value>[^":]+)/' }, ['a', 'b']],
  [
    'a regex without slashes fits the whole',
    { regex: 'up.*' },
    ['up{instance="a:1"} 1', 'up{instance="b:2"} 1'],
  ],
  [
    'one that is broken keeps all',
    { regex: '/(/' },
    ['up{instance="a:1"} 1', 'up{instance="b:2"} 1'],
  ],
  ['downwards', { regex: '/"(.):/', sort: 2 }, ['b', 'a']],
])('picked: %s', (_, variable, values) => {
  const answers = ['up{instance="a:1"} 1', 'up{instance="b:2"} 1', 'up{instance="a:1"} 1']
  expect(pickedOptions(answers, aVariable(variable)).map(({ value }) => value)).toEqual(values)
})

test.each([
  [0, ['b2', 'a10', 'A1']],
  [1, ['A1', 'a10', 'b2']],
  [3, ['A1', 'b2', 'a10']],
  [4, ['a10', 'b2', 'A1']],
  [7, ['A1', 'a10', 'b2']],
])('sorted by %d', (sort, values) => {
  const answers = ['b2', 'a10', 'A1']
  expect(pickedOptions(answers, aVariable({ sort })).map(({ value }) => value)).toEqual(values)
})
