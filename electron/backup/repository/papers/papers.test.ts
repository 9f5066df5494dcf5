import { hash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SnapshotFile } from '../../../../shared/domain/snapshot.ts'
import { someFacts } from '../../../../test/support/a-repository.ts'
import { packText } from '../../../adapters/archive/packed-text.ts'
import { checkPapers } from './check-papers.ts'
import { packLists, readFileList, readSums } from './lists.ts'
import { writePapers } from './papers.ts'

const id = '2026-11-23T02-15-00Z_01KD7XYZABCD1'

const aFile = (path: string): SnapshotFile => ({
  ...{ component: 'volume:data', path, type: 'file', mode: 0o640, uid: 0, gid: 0, sizeBytes: 3 },
  ...{ mtimeSeconds: 1_700_000_000.25, sha256: hash('sha256', path), pack: 'b'.repeat(64) },
  member: `volume=data/${path}`,
})
const manyFiles = (count: number) =>
  Array.from({ length: count }, (_, number) => aFile(`chunks/${number}`))

let root: string
let directory: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'papers-'))
  directory = join(root, id)
})
afterEach(() => rm(root, { recursive: true, force: true }))

const write = (files: readonly SnapshotFile[]) => {
  const totals = { components: [], files: files.length, sizeBytes: 0, addedBytes: 0 }
  const facts = { ...someFacts(), format: 1, id, encrypted: false, ...totals } as const
  return writePapers(directory, { ...facts, finishedAt: facts.startedAt }, files, [])
}

/** As somebody does it who knows that META.sha256 covers it. */
async function replace(paper: string, content: Uint8Array): Promise<void> {
  const meta = await readFile(join(directory, 'META.sha256'), 'utf8')
  const before = hash('sha256', await readFile(join(directory, paper)))
  await writeFile(join(directory, paper), content)
  const sums = meta.replace(before, hash('sha256', content))
  await writeFile(join(directory, 'META.sha256'), sums)
}

test('both lists are text for zstd alone, and as long as the manifest says', async () => {
  const files = [...manyFiles(3), aFile('odd\n\udcff')]
  await write(files)
  const textOf = async (paper: string) => zstdDecompressSync(await readFile(join(directory, paper)))
  const list = await textOf('FILES.tsv.zst')
  const sums = await textOf('SHA256SUMS.zst')
  expect(list.toString().split('\n')[1]).toMatch(/^3\tb+\tvolume=data\/chunks\/0\t/)
  expect(sums.toString('latin1').split('\n').slice(2)).toEqual([
    `${files[2]?.sha256}  volume=data/chunks/2`,
    `\\${files[3]?.sha256}  volume=data/odd\\n\xff`,
    '',
  ])
  const checked = await checkPapers(directory, id)
  expect(checked.problems).toEqual([])
  expect(checked.files).toEqual(files)
  expect(checked.manifest?.listBytes).toEqual({ files: list.length, sums: sums.length })
})

describe.each(['FILES.tsv.zst', 'SHA256SUMS.zst'])('%s', (paper) => {
  const content = () => readFile(join(directory, paper))
  const problems = async () => (await checkPapers(directory, id)).problems
  beforeEach(() => write(manyFiles(200)))

  test('that was altered is named, without being unpacked', async () => {
    await writeFile(join(directory, paper), (await content()).subarray(1))
    expect(await problems()).toEqual([{ paper, sentence: `${paper} has been altered.` }])
  })

  test('of which the frame is cut off is named, also where META.sha256 knows it so', async () => {
    await replace(paper, (await content()).subarray(0, -1))
    expect(await problems()).toEqual([{ paper, sentence: `${paper} is cut off.` }])
  })

  test('that another frame follows is named', async () => {
    await replace(paper, Buffer.concat([await content(), await content()]))
    expect(await problems()).toEqual([{ paper, sentence: `${paper} goes on after its end.` }])
  })

  test('that is no zstd file, or one without a checksum, is named', async () => {
    for (const other of [Buffer.from('a list'), zstdCompressSync('a list')]) {
      await replace(paper, other)
      const sentence = `${paper} is no zstd file, or has been altered.`
      expect(await problems()).toEqual([{ paper, sentence }])
    }
  })

  test('that is longer or shorter than the manifest says is named', async () => {
    const text = zstdDecompressSync(await content())
    const { packed: longer } = await packText([text, Buffer.alloc(5_000_000)])
    await replace(paper, longer)
    const tooLong = `${paper} unpacks to more than ${text.length} bytes.`
    expect(await problems()).toEqual([{ paper, sentence: tooLong }])
    const lines = text.subarray(0, text.indexOf('\n') + 1)
    await replace(paper, (await packText([lines])).packed)
    const tooShort = `${paper} unpacks to ${lines.length} bytes, expected ${text.length} as the manifest says.`
    expect(await problems()).toEqual([{ paper, sentence: tooShort }])
  })
})

test('checksums that are those of other files are named', async () => {
  await write(manyFiles(3))
  await rm(join(directory, 'manifest.json'))
  for (const others of [[...manyFiles(2), aFile('other')], manyFiles(2), manyFiles(4)]) {
    const { lists } = await packLists(others)
    await replace('SHA256SUMS.zst', lists.sums)
    const sentence = 'FILES.tsv.zst has other files than SHA256SUMS.'
    const { problems } = await checkPapers(directory, id)
    expect(problems).toContainEqual({ paper: 'FILES.tsv.zst', sentence })
  }
})

test('without its manifest a snapshot still says which files it has', async () => {
  await write(manyFiles(5))
  await rm(join(directory, 'manifest.json'))
  const { problems, files, packs } = await checkPapers(directory, id)
  expect(problems.map(({ paper }) => paper)).toEqual(['manifest.json'])
  expect(files).toHaveLength(5)
  expect(packs).toEqual(['b'.repeat(64)])
})

test('a list of 20,000 files lets others have their turns while it is packed and read', async () => {
  const files = manyFiles(20_000)
  let turns = 0
  let isOver = false
  const others = (async () => {
    for (; !isOver; turns += 1) await setImmediate()
  })()
  const { lists, listBytes } = await packLists(files)
  const whilePacked = turns
  const sums = await readSums(lists.sums, { name: 'SHA256SUMS.zst', sizeBytes: listBytes.sums })
  const says = { name: 'FILES.tsv.zst', sizeBytes: listBytes.files }
  const read = await readFileList(lists.files, says, sums)
  isOver = true
  await others
  expect(read.length).toBe(files.length)
  expect(read.at(-1)).toEqual(files.at(-1))
  expect(whilePacked).toBeGreaterThan(10)
  expect(turns - whilePacked).toBeGreaterThan(10)
  expect(lists.files.length).toBeLessThan(listBytes.files / 10)
})
