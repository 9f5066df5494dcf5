import { expect, test } from 'vitest'
import type { SnapshotComponent, SnapshotFile } from '../../../shared/domain/snapshot.ts'
import { browse } from './browse.ts'

const data = 'volume:/home/ada/odin/data'
const component = (id: string, files: number): SnapshotComponent => ({
  id,
  kind: 'volume',
  title: id,
  consistency: 'live',
  files,
  sizeBytes: 10 * files,
  facts: {},
})
const components = [component('configuration', 3), component(data, 1), component('volume:/home', 0)]
const file = (path: string, different: Partial<SnapshotFile> = {}): SnapshotFile => ({
  component: 'configuration',
  path,
  type: 'file',
  mode: 0o644,
  uid: 0,
  gid: 0,
  mtimeSeconds: 1_700_000_000.5,
  sizeBytes: 10,
  ...different,
})
const files = [
  file('home/ada/odin/compose.yml'),
  file('home/ada/odin/rules', { type: 'directory', sizeBytes: 0 }),
  file('home/ada/odin/rules/a.yml'),
  file('home/ada/odin/rules/b.yml', { type: 'symlink', sizeBytes: 0, linkTo: 'a.yml' }),
  file('home/ada/odin/.env', { mtimeSeconds: Number.NaN }),
  file('.', { component: data, type: 'directory', sizeBytes: 0 }),
  file('wal', { component: data }),
]
const look = (path: string) => browse(files, components, path)
const at = '2023-11-14T22:13:20.500Z'

test('components stand at the top', () => {
  expect(look('')).toEqual(look('/'))
  expect(look('').map(({ path, type, files }) => [path, type, files])).toEqual([
    ['configuration', 'component', 3],
    [data, 'component', 1],
    ['volume:/home', 'component', 0],
  ])
})

test('directories that nobody put in are there, with what is in them', () => {
  expect(look('configuration')).toEqual([
    {
      name: 'home',
      path: 'configuration/home',
      type: 'directory',
      files: 4,
      sizeBytes: 30,
      mtime: null,
    },
  ])
  expect(look('configuration/home/ada/')).toEqual([
    {
      name: 'odin',
      path: 'configuration/home/ada/odin',
      type: 'directory',
      files: 4,
      sizeBytes: 30,
      mtime: null,
    },
  ])
})

test('directories first, then files by name', () => {
  expect(look('configuration/home/ada/odin')).toEqual([
    {
      name: 'rules',
      path: 'configuration/home/ada/odin/rules',
      type: 'directory',
      files: 2,
      sizeBytes: 10,
      mtime: at,
    },
    {
      name: '.env',
      path: 'configuration/home/ada/odin/.env',
      type: 'file',
      sizeBytes: 10,
      mtime: null,
    },
    {
      name: 'compose.yml',
      path: 'configuration/home/ada/odin/compose.yml',
      type: 'file',
      sizeBytes: 10,
      mtime: at,
    },
  ])
})

test('links say where they lead', () => {
  expect(look('configuration/home/ada/odin/rules/b.yml')).toEqual([
    {
      name: 'b.yml',
      path: 'configuration/home/ada/odin/rules/b.yml',
      type: 'symlink',
      sizeBytes: 0,
      mtime: at,
      linkTo: 'a.yml',
    },
  ])
})

test('the longest component that fits is meant', () => {
  expect(look(data).map(({ path }) => path)).toEqual([`${data}/wal`])
  expect(look('volume:/home')).toEqual([])
})

test.each(['nothing', 'configuration/x', 'configuration/home/ada/odin/compose.yml/x'])(
  'there is no %s',
  (path) => {
    expect(() => look(path)).toThrow(`There is no ${path} in this snapshot.`)
  },
)
