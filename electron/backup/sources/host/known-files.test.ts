import { lstat, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type KnownFiles, openKnownFiles } from './known-files.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'known-files-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const hash = 'ab'.repeat(32)
const later = () => Date.now() + 60_000
const cache = () => join(directory, 'cache', 'known')
const open = (most?: number) =>
  openKnownFiles(cache(), { now: later, ...(most !== undefined && { most }) })

async function aFile(name: string) {
  const path = join(directory, name)
  await writeFile(path, 'x')
  return { path, stats: await lstat(path, { bigint: true }) }
}

/** A round of 28 runs, and how often it was told. */
async function roundOf(paths: readonly { path: string; stats: never }[] | Seen[]) {
  const told = new Map<string, number>()
  for (let run = 0; run < 28; run += 1) {
    const known = await open()
    for (const { path, stats } of paths) {
      if (known.recall(path, stats)?.isDue === false) told.set(path, (told.get(path) ?? 0) + 1)
    }
    await known.save()
  }
  return [...told.values()]
}
type Seen = { path: string; stats: Parameters<KnownFiles['recall']>[1] }

test('27 times in 28 runs, and each file is read again once', async () => {
  const files = await Promise.all(['a', 'b c', 'd\ne', '"f"', 'g'].map(aFile))
  const known = await open()
  for (const { path, stats } of files) known.remember(path, stats, hash)
  await known.save()
  expect(await roundOf(files)).toEqual([27, 27, 27, 27, 27])
})

test('other times, another size or inode: not known', async () => {
  const { path, stats } = await aFile('a')
  const known = await open()
  known.remember(path, stats, hash)
  await known.save()
  await utimes(path, 1, 1)
  expect(await roundOf([{ path, stats: await lstat(path, { bigint: true }) }])).toEqual([])
})

test('a file that was written a moment ago is not remembered', async () => {
  const { path, stats } = await aFile('a')
  const known = await openKnownFiles(cache())
  known.remember(path, stats, hash)
  await known.save()
  expect(await roundOf([{ path, stats }])).toEqual([])
})

test('a damaged cache is an empty one', async () => {
  const { path, stats } = await aFile('a')
  const known = await open()
  known.remember(path, stats, hash)
  await known.save()
  const text = await readFile(cache(), 'utf8')
  for (const damaged of [
    text.slice(0, -10),
    text.replace('abab', 'baba'),
    text.replace(/^/, 'x'),
    `${text}more\n`,
    '',
    '\n',
  ]) {
    await writeFile(cache(), damaged)
    expect((await open()).recall(path, stats)).toBeUndefined()
  }
  await writeFile(cache(), text)
  expect(await roundOf([{ path, stats }])).toEqual([27])
})

test('it stays small: what nobody asked for goes first', async () => {
  const files = await Promise.all(['a', 'b', 'c'].map(aFile))
  const known = await open(2)
  for (const { path, stats } of files) known.remember(path, stats, hash)
  known.recall(files[0]?.path ?? '', files[0]?.stats as never)
  await known.save()
  const text = await readFile(cache(), 'utf8')
  expect(text).toContain(files[0]?.path)
  expect(text).not.toContain(`${files[1]?.path}\n`)
})
