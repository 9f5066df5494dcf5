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
import { filesHeader } from './files-tsv.ts'
import { packLists, readLists } from './lists.ts'
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

test('a list without its checksums says everything else, and what is wrong with those', async () => {
  const files = manyFiles(20_000)
  await write(files)
  const path = join(directory, 'SHA256SUMS.zst')
  const whole = await readFile(path)
  const unpacking = whole.with(whole.length - 20, (whole.at(-20) ?? 0) ^ 1)
  for (const lost of [unpacking, whole.subarray(0, -1), Buffer.of(), undefined]) {
    if (lost === undefined) await rm(path)
    else await replace('SHA256SUMS.zst', lost)
    const checked = await checkPapers(directory, id)
    expect(checked.problems.map(({ paper }) => paper)).toEqual(['SHA256SUMS.zst'])
    expect(checked.files).toEqual(files.map(({ sha256: _, ...file }) => file))
  }
})

describe('lists that were made to fill the memory', () => {
  const directoryLine = Buffer.from('0\t-\t-\tvolume:data\tx\tdirectory\t0755\t0\t0\t0\t-\n')
  const bomb = async (start: string, endless: Uint8Array) => {
    const many = Buffer.concat(Array<Uint8Array>(10_000).fill(endless))
    const parts = Array<Uint8Array>(Math.ceil((64 * 1024 * 1024) / many.length)).fill(many)
    return packText([Buffer.from(start), ...parts])
  }

  test.each([
    ['empty lines', Buffer.from('\n')],
    ['lines that say the same', Buffer.from(`${'a'.repeat(64)}  volume=data/x\n`)],
  ])('checksums of %s are no more than there are files', async (_what, endless) => {
    const { lists, listBytes } = await packLists(manyFiles(3))
    const { packed, sizeBytes } = await bomb('', endless)
    let heldBytes = 0
    const reading = readLists({ ...lists, sums: packed }, { ...listBytes, sums: sizeBytes })
    await expect(
      reading.catch((error: unknown) => {
        heldBytes = process.memoryUsage().heapUsed
        throw error
      }),
    ).rejects.toThrow('FILES.tsv.zst has other files than SHA256SUMS.')
    expect(heldBytes).toBeLessThan(200 * 1024 * 1024)
  })

  test('a list of files is no longer than its bytes on the disk can be, whatever is said', async () => {
    const { lists, listBytes } = await packLists(manyFiles(3))
    const { packed, sizeBytes } = await bomb(filesHeader, directoryLine)
    expect(packed.length).toBeLessThan(32 * 1024)
    const reading = readLists({ ...lists, files: packed }, { ...listBytes, files: sizeBytes })
    await expect(reading).rejects.toThrow('FILES.tsv.zst unpacks to more than 33554432 bytes.')
  })

  test('a manifest that says more than a list can be makes no sense', async () => {
    await write(manyFiles(3))
    const text = await readFile(join(directory, 'manifest.json'), 'utf8')
    await replace('manifest.json', Buffer.from(text.replace(/"sums": \d+/, '"sums": 1073741825')))
    const { problems } = await checkPapers(directory, id)
    expect(problems).toEqual([
      { paper: 'manifest.json', sentence: 'manifest.json makes no sense.' },
    ])
  })
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
  const { files: read } = await readLists(lists, listBytes)
  isOver = true
  await others
  expect(read.length).toBe(files.length)
  expect(read.at(-1)).toEqual(files.at(-1))
  expect(whilePacked).toBeGreaterThan(10)
  expect(turns - whilePacked).toBeGreaterThan(10)
  expect(lists.files.length).toBeLessThan(listBytes.files / 10)
})
