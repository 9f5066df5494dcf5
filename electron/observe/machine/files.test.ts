import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rename, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Reading } from '../../../shared/domain/reading.ts'
import type { WatchedFile } from '../../../shared/domain/watched-file.ts'
import { type Collected, collected } from '../../../test/support/collected.ts'
import type { Watcher } from '../watcher.ts'
import { type FileOfStack, fileWatcher } from './files.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const rarelyMs = 3_600_000

let directory: string
let readings: Collected<Reading<readonly WatchedFile[]>>
let watching: Watcher<readonly WatchedFile[]> | undefined
const at = (...names: string[]) => join(directory, ...names)

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'files-'))
  readings = collected()
})
afterEach(async () => {
  await watching?.stop()
  await rm(directory, { recursive: true })
})

function start(...files: FileOfStack[]) {
  const limits = { fileBytes: 1000, entries: 5 }
  watching = fileWatcher({ files: () => files, everyMs: rarelyMs, limits })
  watching.start(readings.add)
}
const until = async (fits: (file: WatchedFile) => boolean, from = 0) => {
  const reading = await readings.until(
    (one) => one.status === 'known' && one.value[0] !== undefined && fits(one.value[0]),
    from,
  )
  return (reading.status === 'known' ? reading.value[0] : undefined) as WatchedFile
}

test('a file is known by its content, and a change of it is seen', async () => {
  await writeFile(at('compose.yml'), 'one')
  start({ path: at('compose.yml'), role: 'compose' })
  const first = await until(({ state }) => state === 'there')
  expect(first).toMatchObject({ role: 'compose', sha256: sha256('one'), sizeBytes: 3 })
  await writeFile(at('compose.yml'), 'two')
  await until((file) => file.sha256 === sha256('two'))
  await writeFile(at('new'), 'three')
  await rename(at('new'), at('compose.yml'))
  const replaced = await until((file) => file.sha256 === sha256('three'))
  expect(replaced.inode).not.toBe(first.inode)
})

test('the same time and size hide nothing', async () => {
  await writeFile(at('.env'), 'TOKEN=aaaa')
  start({ path: at('.env'), role: 'env' })
  const { modifiedAt = 0 } = await until(({ state }) => state === 'there')
  await writeFile(at('.env'), 'TOKEN=bbbb')
  await utimes(at('.env'), modifiedAt / 1000, modifiedAt / 1000)
  await until((file) => file.sha256 === sha256('TOKEN=bbbb'))
  expect(JSON.stringify(readings.all)).not.toContain('TOKEN')
})

test('a file that is missing, comes and goes', async () => {
  start({ path: at('deep', 'prometheus.yml'), role: 'config' })
  await until(({ state }) => state === 'missing')
  await mkdir(at('deep'))
  await writeFile(at('deep', 'prometheus.yml'), 'a')
  await until(({ state }) => state === 'there')
  await rm(at('deep'), { recursive: true })
  await until(({ state }) => state === 'missing', readings.all.length - 1)
})

test('a link is followed, and its target watched', async () => {
  await mkdir(at('real'))
  await writeFile(at('real', 'a.yml'), 'a')
  await symlink('real/a.yml', at('link.yml'))
  start({ path: at('link.yml'), role: 'config' })
  await until((file) => file.sha256 === sha256('a'))
  await writeFile(at('real', 'a.yml'), 'b')
  await until((file) => file.sha256 === sha256('b'))
})

test('a directory is known by what is in it, at any depth', async () => {
  await mkdir(at('rules', 'more'), { recursive: true })
  await writeFile(at('rules', 'a.yml'), 'a')
  await writeFile(at('rules', 'more', 'b.yml'), 'b')
  start({ path: at('rules'), role: 'config' })
  const first = await until(({ sha256 }) => sha256 !== undefined)
  // The second look watches what the first one found.
  await readings.until(() => readings.all.length > 1)
  await writeFile(at('rules', 'more', 'b.yml'), 'c')
  const second = await until((file) => file.sha256 !== first.sha256)
  await rename(at('rules', 'more', 'b.yml'), at('rules', 'more', 'c.yml'))
  const third = await until((file) => ![first.sha256, second.sha256].includes(file.sha256))
  await rename(at('rules', 'more', 'c.yml'), at('rules', 'more', 'b.yml'))
  await writeFile(at('rules', 'more', 'b.yml'), 'b')
  expect(third.state).toBe('there')
  await until((file) => file.sha256 === first.sha256, readings.all.length - 1)
})

test('what is too large has no hash, and a pipe is never read', async () => {
  await writeFile(at('large'), '')
  await truncate(at('large'), 1001)
  await promisify(execFile)('mkfifo', [at('pipe')])
  await mkdir(at('many'))
  for (const name of ['1', '2', '3', '4', '5', '6']) await writeFile(at('many', name), name)
  await symlink('circle', at('circle'))
  const names = ['large', 'pipe', 'many', 'circle']
  start(...names.map((name) => ({ path: at(name), role: 'config' }) as const))
  const reading = await readings.until(({ status }) => status === 'known')
  const files = reading.status === 'known' ? reading.value : []
  expect(files.map(({ state }) => state)).toEqual(['there', 'there', 'there', 'unreadable'])
  expect(files.every((file) => file.sha256 === undefined)).toBe(true)
})
