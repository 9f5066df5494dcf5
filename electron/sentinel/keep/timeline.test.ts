import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { TimelineEntry } from '../../../shared/ipc/status.ts'
import { openTimeline, type TimelineParts } from './timeline.ts'

const t0 = Date.parse('2026-11-23T10:00:00.000Z')
const epoch = '1970-01-01T00:00:00.000Z'

let stateDirectory: string
let now: number
const opened: { close(): void }[] = []

beforeEach(async () => {
  stateDirectory = await mkdtemp(join(tmpdir(), 'timeline-'))
  now = t0
})
afterEach(async () => {
  for (const one of opened.splice(0)) one.close()
  await rm(stateDirectory, { recursive: true, force: true })
})

function timeline(parts: Partial<TimelineParts> = {}) {
  const one = openTimeline({ stateDirectory, now: () => now, ...parts })
  opened.push(one)
  return one
}

function anEntry(sentence: string, afterMs = 0): TimelineEntry {
  const at = new Date(t0 + afterMs).toISOString()
  return { at, kind: 'context', stack: 'odin', subject: 'context:current', sentence }
}

const sentences = (entries: readonly TimelineEntry[]) => entries.map(({ sentence }) => sentence)
const file = () => join(stateDirectory, 'timeline.sqlite')
const setAside = async () =>
  (await readdir(stateDirectory)).filter((name) => /\.set-aside-\d+$/.test(name))

test('gives back what was recorded, oldest first, from a moment on, the newest of many', () => {
  const one = timeline()
  for (const [index, word] of ['a', 'b', 'c'].entries()) one.record(anEntry(word, index * 1000))
  expect(one.since(epoch, 10)).toEqual([anEntry('a'), anEntry('b', 1000), anEntry('c', 2000)])
  expect(sentences(one.since(new Date(t0 + 1000).toISOString(), 10))).toEqual(['b', 'c'])
  expect(sentences(one.since(epoch, 2))).toEqual(['b', 'c'])
})

test('tells listeners each new entry until they leave', () => {
  const one = timeline()
  const heard: TimelineEntry[] = []
  const leave = one.onEntry((entry) => heard.push(entry))
  one.record(anEntry('a'))
  leave()
  one.record(anEntry('b'))
  expect(sentences(heard)).toEqual(['a'])
})

test('survives a restart', () => {
  const one = timeline()
  one.record(anEntry('a'))
  one.close()
  opened.splice(0)
  expect(sentences(timeline().since(epoch, 10))).toEqual(['a'])
})

test('two instances that see one event keep it once, and a real repetition twice', () => {
  const [one, two] = [timeline(), timeline()]
  one.record(anEntry('away'))
  two.record(anEntry('away', 120))
  one.record(anEntry('away', 4_000))
  two.record(anEntry('away', 4_100))
  two.record(anEntry('away', 60_000))
  expect(one.since(epoch, 10).map(({ at }) => Date.parse(at) - t0)).toEqual([0, 4_000, 60_000])
})

test('another stack, kind or subject is another event', () => {
  const [one, two] = [timeline(), timeline()]
  one.record(anEntry('same'))
  two.record({ ...anEntry('same'), stack: 'other' })
  two.record({ ...anEntry('same'), stack: null })
  two.record({ ...anEntry('same'), subject: 'other' })
  expect(one.since(epoch, 10)).toHaveLength(4)
})

test('forgets what is too old and what is too much', () => {
  const one = timeline({ maxRows: 3, days: 90 })
  one.record(anEntry('old', -91 * 86_400_000))
  for (const word of ['a', 'b', 'c', 'd', 'e']) one.record(anEntry(word))
  one.close()
  opened.splice(0)
  expect(sentences(timeline({ maxRows: 3 }).since(epoch, 10))).toEqual(['c', 'd', 'e'])
  now = t0 + 91 * 86_400_000
  expect(timeline().since(epoch, 10)).toEqual([])
})

test('sets a file that is no database aside, keeps it, and says so', async () => {
  await writeFile(file(), 'this is not a database, but somebody may want it')
  const one = timeline()
  one.record(anEntry('a'))
  const [said, recorded] = one.since(epoch, 10)
  const [kept] = await setAside()
  expect(said?.sentence).toContain(`kept as ${file()}.set-aside-${t0}`)
  expect(recorded).toEqual(anEntry('a'))
  expect(await readFile(join(stateDirectory, kept ?? ''), 'utf8')).toContain('not a database')
})

test('sets a damaged database aside', async () => {
  const one = timeline()
  for (let index = 0; index < 500; index += 1) one.record(anEntry(`x${index}`, index))
  one.close()
  opened.splice(0)
  const bytes = await readFile(file())
  bytes.fill(0xee, 100)
  await writeFile(file(), bytes)
  const two = timeline()
  two.record(anEntry('after'))
  expect(sentences(two.since(epoch, 10))).toEqual(
    expect.arrayContaining(['after', expect.stringContaining('begins anew')]),
  )
  expect(await setAside()).toHaveLength(1)
})

test('sets a database of another layout aside', async () => {
  const foreign = new DatabaseSync(file())
  foreign.exec('CREATE TABLE entry (id INTEGER)')
  foreign.close()
  const one = timeline()
  one.record(anEntry('a'))
  expect(sentences(one.since(epoch, 10))).toContain('a')
  expect(await setAside()).toHaveLength(1)
})

test('keeps entries in hand while another process holds the lock, and writes them after', () => {
  const one = timeline()
  const other = new DatabaseSync(file())
  other.exec('BEGIN EXCLUSIVE')
  one.record(anEntry('a'))
  expect(sentences(one.since(epoch, 10))).toEqual(['a'])
  other.exec('COMMIT')
  other.close()
  one.record(anEntry('b', 1))
  expect(sentences(timeline().since(epoch, 10))).toEqual(['a', 'b'])
})

test('a lock that is never let go is left behind with its file', async () => {
  const one = timeline()
  const other = new DatabaseSync(file())
  other.exec('BEGIN EXCLUSIVE')
  one.record(anEntry('a'))
  now = t0 + 61_000
  one.record(anEntry('b', 61_000))
  other.exec('COMMIT')
  other.close()
  expect(await setAside()).toHaveLength(1)
  expect(sentences(timeline().since(epoch, 10))).toEqual([
    'a',
    'b',
    expect.stringContaining('begins anew'),
  ])
})

test('goes on in memory where nothing can be written', async () => {
  const blocked = join(stateDirectory, 'file', 'state')
  await mkdir(stateDirectory, { recursive: true })
  await writeFile(join(stateDirectory, 'file'), '')
  const one = timeline({ stateDirectory: blocked })
  one.record(anEntry('a', 1))
  expect(sentences(one.since(epoch, 10))).toEqual([
    expect.stringContaining('cannot be kept on disk'),
    'a',
  ])
})

test('nobody else may read it', async () => {
  timeline().record(anEntry('one'))
  const names = await readdir(stateDirectory)
  expect(names).toContain('timeline.sqlite-wal')
  for (const name of names) {
    expect((await stat(join(stateDirectory, name))).mode & 0o777).toBe(0o600)
  }
})

test('a place where nothing can be made leaves a good file alone, and is said', async () => {
  timeline().record(anEntry('one'))
  for (const one of opened.splice(0)) one.close()
  await rename(file(), `${file()}.away`)
  await mkdir(file())
  const blocked = timeline()
  blocked.record(anEntry('two'))
  expect(sentences(blocked.since(epoch, 10)).join()).toContain('cannot be kept on disk')
  expect(await setAside()).toEqual([])
  await rm(file(), { recursive: true })
  await rename(`${file()}.away`, file())
  blocked.record(anEntry('three', 20_000))
  expect(sentences(blocked.since(epoch, 10))).toEqual(
    expect.arrayContaining(['one', 'two', 'three']),
  )
})
