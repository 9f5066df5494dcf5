import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Collected, collected } from '../../test/support/collected.ts'
import { type DirectoryWatch, watchDirectory } from './directory-watch.ts'

let base: string
let directory: string
let seen: Collected<string>
let watching: DirectoryWatch

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'directory-watch-'))
  directory = join(base, 'a', 'b')
  seen = collected()
  watching = watchDirectory(directory, (entry) => seen.add(entry ?? 'itself'))
})
afterEach(async () => {
  watching.stop()
  await rm(base, { recursive: true, force: true })
})

let files = 0
/** Puts a new file into the directory and waits until there is reason to look there. */
async function isSeen(): Promise<void> {
  const name = `file-${++files}`
  const before = seen.all.length
  await writeFile(join(directory, name), '')
  await seen.until((entry) => entry === name || entry === 'itself', before)
}

const next = (entry: string, from: number) => seen.until((one) => one === entry, from)

test('tells of files in a directory that is there', async () => {
  await mkdir(directory, { recursive: true })
  await watching.check()
  await isSeen()
})

test('waits for a directory to come, however many of its parents are missing', async () => {
  await watching.check()
  await mkdir(directory, { recursive: true })
  await next('itself', 0)
  await isSeen()
})

test('follows a directory that is removed and comes again', async () => {
  await mkdir(directory, { recursive: true })
  await watching.check()
  await isSeen()
  for (let round = 0; round < 3; round += 1) {
    let before = seen.all.length
    await rm(join(base, 'a'), { recursive: true })
    await next('itself', before)
    await watching.check()
    before = seen.all.length
    await mkdir(directory, { recursive: true })
    await next('itself', before)
    await isSeen()
  }
})

test('follows a directory that is replaced', async () => {
  await mkdir(directory, { recursive: true })
  await watching.check()
  const before = seen.all.length
  await rename(directory, join(base, 'old'))
  await mkdir(directory)
  await next('itself', before)
  await watching.check()
  await isSeen()
  await writeFile(join(base, 'old', 'nobody-looks-here'), '')
  await isSeen()
  expect(seen.all).not.toContain('nobody-looks-here')
})

test('finds a replaced parent when it is asked to check', async () => {
  await mkdir(directory, { recursive: true })
  await watching.check()
  await rename(join(base, 'a'), join(base, 'old'))
  await mkdir(directory, { recursive: true })
  await watching.check()
  await isSeen()
})

test('is silent after stop', async () => {
  await mkdir(directory, { recursive: true })
  await watching.check()
  const other = collected<string>()
  const control = watchDirectory(directory, (entry) => other.add(entry ?? 'itself'))
  await control.check()
  watching.stop()
  await writeFile(join(directory, 'late'), '')
  await other.until((entry) => entry === 'late')
  await watching.check()
  control.stop()
  expect(seen.all).toEqual([])
})
