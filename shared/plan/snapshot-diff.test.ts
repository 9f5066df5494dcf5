import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { SnapshotFile } from '../domain/snapshot.ts'
import { diffFiles } from './snapshot-diff.ts'

const aFile = (path: string, different: Partial<SnapshotFile> = {}): SnapshotFile => ({
  component: 'configuration',
  path,
  type: 'file',
  mode: 0o644,
  uid: 1000,
  gid: 1000,
  mtimeSeconds: 1,
  sizeBytes: 3,
  sha256: 'aa',
  ...different,
})
const aDirectory = (path: string, different: Partial<SnapshotFile> = {}) =>
  aFile(path, { type: 'directory', sizeBytes: 0, ...different })
const aLink = (path: string, linkTo: string) =>
  aFile(path, { type: 'symlink', sizeBytes: 0, linkTo })

function aStored(pack: string): SnapshotFile {
  const { sha256: _, ...file } = aFile('a', { pack, member: 'configuration/a' })
  return file
}

const rows = (before: SnapshotFile[], after: SnapshotFile[]) =>
  diffFiles(before, after).map(({ change, path }) => `${change} ${path}`)

test.each<[string, SnapshotFile, SnapshotFile, string[]]>([
  ['nothing', aFile('a'), aFile('a'), []],
  ['times alone', aFile('a'), aFile('a', { mtimeSeconds: 2 }), []],
  ['content', aFile('a'), aFile('a', { sha256: 'bb' }), ['changed a']],
  ['content and mode', aFile('a'), aFile('a', { sha256: 'bb', mode: 0o600 }), ['changed a']],
  ['mode', aFile('a'), aFile('a', { mode: 0o600 }), ['mode a']],
  ['owner', aFile('a'), aFile('a', { uid: 0 }), ['mode a']],
  ['mode of a directory', aDirectory('a'), aDirectory('a', { mode: 0o700 }), ['mode a']],
  ['a link leads elsewhere', aLink('a', 'b'), aLink('a', 'c'), ['changed a']],
  ['a file became a link', aFile('a'), aLink('a', 'b'), ['changed a']],
  ['another name', aFile('a'), aFile('b'), ['removed a', 'added b']],
  ['both checksums lost, in other packs', aStored('aa'), aStored('bb'), ['changed a']],
  ['both checksums lost, in one place', aStored('aa'), aStored('aa'), []],
  ['one checksum lost, in one place', aStored('aa'), { ...aStored('aa'), sha256: 'aa' }, []],
])('%s', (_, before, after, expected) => {
  expect(rows([before], [after])).toEqual(expected)
})

test('the same path in another component is another file', () => {
  expect(diffFiles([aFile('a')], [aFile('a', { component: 'machine' })])).toHaveLength(2)
})

test('directories are told only where nothing in them is', () => {
  expect(
    rows(
      [],
      [aDirectory('.'), aDirectory('a'), aDirectory('a/b'), aFile('a/b/c'), aDirectory('d')],
    ),
  ).toEqual(['added a/b/c', 'added d'])
})

test('there and back are each other, turned round', () => {
  const one = fc
    .record({
      path: fc.constantFrom('.', 'a', 'a/b', 'c', 'c/d/e'),
      sha256: fc.constantFrom('aa', 'bb'),
      mode: fc.constantFrom(0o600, 0o644),
      type: fc.constantFrom('file' as const, 'directory' as const),
    })
    .map(({ path, ...rest }) => aFile(path, rest))
  const files = fc.uniqueArray(one, { selector: ({ path }) => path })
  const turned = { added: 'removed', removed: 'added', changed: 'changed', mode: 'mode' }
  fc.assert(
    fc.property(files, files, (a, b) => {
      const there = diffFiles(a, b).map(({ change, path }) => [path, change])
      const back = diffFiles(b, a).map(({ change, path }) => [path, turned[change]])
      expect(there).toEqual(back)
      expect(diffFiles(a, a)).toEqual([])
    }),
  )
})
