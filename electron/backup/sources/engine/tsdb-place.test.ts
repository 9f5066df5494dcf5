import { expect, test } from 'vitest'
import type { Mount } from '../../../../shared/domain/container.ts'
import { dataPathOf, pathInHelper, placeOf } from './tsdb-place.ts'

test.each([
  [['--storage.tsdb.path=/prometheus'], '/prometheus'],
  [['-storage.tsdb.path=/prometheus/'], '/prometheus'],
  [['--config.file=x', '--storage.tsdb.path', '/a b'], '/a b'],
  [['--storage.tsdb.path=tsdb'], '/work/tsdb'],
  [['--storage.tsdb.path.of.another=/x'], '/work/data'],
  [[], '/work/data'],
])('the data of a Prometheus with %j is at %s', (args, path) => {
  expect(dataPathOf({ args, cwd: '/work' })).toBe(path)
})

test('without a working directory it is at the root', () => {
  expect(dataPathOf({ args: [], cwd: '' })).toBe('/data')
})

const mount = (type: Mount['type'], source: string, destination: string): Mount => ({
  ...{ type, source, destination, readOnly: false },
})

test('the deepest mount counts, and only whole names', () => {
  const mounts = [
    mount('bind', '/srv', '/prometheus'),
    mount('volume', 'odin_data', '/prometheus/data'),
    mount('tmpfs', '', '/prometheus/tmp'),
  ]
  expect(placeOf({ mounts }, '/prometheus/data/tsdb')).toEqual({
    ...{ type: 'volume', source: 'odin_data', below: 'tsdb' },
  })
  expect(placeOf({ mounts }, '/prometheus/database')).toEqual({
    ...{ type: 'bind', source: '/srv', below: 'database' },
  })
  expect(placeOf({ mounts }, '/prometheus/tmp')).toBeUndefined()
  expect(placeOf({ mounts }, '/prometheus2')).toEqual({ type: 'layer' })
  expect(pathInHelper({ type: 'volume', source: 'x', below: '' })).toBe('/odin-sentinel')
  expect(pathInHelper({ type: 'bind', source: '/x', below: 'a/b' })).toBe('/odin-sentinel/a/b')
})
