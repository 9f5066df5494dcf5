import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SnapshotFile } from '../../../../shared/domain/snapshot.ts'
import { escapeField, fileLine, filesHeader, parseFiles, unescapeField } from './files-tsv.ts'

const aFile: SnapshotFile = {
  component: 'volume:data',
  path: 'a',
  type: 'file',
  mode: 0o4755,
  uid: 65534,
  gid: 0,
  mtimeSeconds: 1_700_000_000.123456,
  sizeBytes: 3,
  sha256: 'a'.repeat(64),
  pack: 'b'.repeat(64),
  member: 'volume=data/a',
}

/** Names as file systems have them: any bytes but NUL, those that are no UTF-8 as lone surrogates. */
const someName = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', minLength: 1 }).filter((text) => !text.includes('\0')),
      fc.integer({ min: 0x80, max: 0xff }).map((byte) => String.fromCharCode(0xdc00 + byte)),
      fc.constantFrom('\t', '\n', '\\', '\\n', '\\0101', '-', ' '),
    ),
    { minLength: 1 },
  )
  .map((parts) => parts.join(''))
  .filter((name) => !/[\ud800-\udbff](?=[\udc80-\udcff])/.test(name) || name.isWellFormed())

test('any name comes back as it was, on one line and in one field', () => {
  fc.assert(
    fc.property(someName, (name) => {
      const field = escapeField(name)
      expect(field).not.toMatch(/[\t\n\r]/)
      expect(unescapeField(field)).toBe(name)
    }),
  )
})

/** In portions that end where nothing else does. */
async function* portions(text: string, bytes = 7): AsyncGenerator<Uint8Array> {
  const all = Buffer.from(text)
  for (let at = 0; at < all.length; at += bytes) yield all.subarray(at, at + bytes)
}

test('a list comes back as it was, whatever its portions are', async () => {
  const files: SnapshotFile[] = [
    { ...aFile, path: '.', type: 'directory', sizeBytes: 0 },
    aFile,
    { ...aFile, path: 'odd\t\n\\ \udcff', mtimeSeconds: -1.5, sizeBytes: 2 ** 40 },
    { ...aFile, path: '-', mtimeSeconds: 1e-7 },
    { ...aFile, path: 'Ё é 日本語 💀' },
    { ...aFile, path: 'link', type: 'symlink', linkTo: '-', sizeBytes: 0 },
  ].map(({ sha256, pack, member, ...rest }) =>
    rest.type === 'file' ? { ...rest, sha256, pack, member } : rest,
  ) as SnapshotFile[]
  const text = filesHeader + files.map(fileLine).join('')
  for (const bytes of [1, 7, 300, text.length]) {
    const checksums = files.flatMap(({ sha256 = [] }) => sha256).values()
    const giveSums = async (some: readonly SnapshotFile[]) => {
      for (const file of some) file.sha256 = checksums.next().value ?? ''
    }
    expect(await parseFiles(portions(text, bytes), giveSums)).toEqual(files)
  }
})

describe('refuses what it has not written', () => {
  const line = fileLine(aFile)
  test.each([
    ['nothing at all', '', 'does not begin as one'],
    ['another header', line, 'does not begin as one'],
    ['a line without an end', 'x'.repeat(2_000_000), 'a line without an end'],
    ['a list that is cut off', `${filesHeader}${line.slice(0, -1)}`, 'cut off'],
    ['a field too few', `${filesHeader}${line.replace('\t0\t', '\t')}`, 'Line 2'],
    ['a size that is no number', `${filesHeader}${line.replace('3\t', 'x\t')}`, 'Line 2'],
    [
      'a type that we do not have',
      `${filesHeader}${line.replace('\tfile\t', '\tfifo\t')}`,
      'Line 2',
    ],
    ['a file without content', `${filesHeader}${line.replace('b'.repeat(64), '-')}`, 'Line 2'],
    [
      'an escape that means nothing',
      `${filesHeader}${line.replace('\ta\t', '\t\\q\t')}`,
      'means nothing',
    ],
  ])('%s', async (_what, text, sentence) => {
    await expect(parseFiles(portions(text, 100_000), async () => {})).rejects.toThrow(sentence)
  })
})
