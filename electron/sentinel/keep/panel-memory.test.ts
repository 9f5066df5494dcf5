import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { panelMemory } from './panel-memory.ts'

const day = 86_400_000
let clock: number
let stateDirectory: string
let problems: string[]

beforeEach(async () => {
  clock = 1_700_000_000_000
  problems = []
  stateDirectory = await mkdtemp(join(tmpdir(), 'panel-memory-'))
})
afterEach(() => rm(stateDirectory, { recursive: true, force: true }))

const open = () =>
  panelMemory({ stateDirectory, now: () => clock, onProblem: (one) => problems.push(one) })

const past = { 'd/1': { state: 'no-data', since: 5, lastDataAt: 4 } } as const

test('what was noted of a Grafana is known after a restart, and of no other', async () => {
  const memory = open()
  expect(await memory.recall('http://a')).toEqual({})
  memory.note('http://a', past)
  await memory.close()
  expect(await open().recall('http://a')).toEqual(past)
  expect(await open().recall('http://b')).toEqual({})
})

test('what is noted of one Grafana keeps what is known of another, also before it was asked for', async () => {
  const first = open()
  first.note('http://a', past)
  await first.close()
  const second = open()
  await second.recall('http://b')
  second.note('http://b', past)
  await second.close()
  const third = open()
  expect(await third.recall('http://a')).toEqual(past)
  expect(await third.recall('http://b')).toEqual(past)
})

test('a Grafana that nobody asked for ninety days is forgotten', async () => {
  const memory = open()
  memory.note('http://gone', past)
  await memory.close()
  clock += 91 * day
  const later = open()
  await later.recall('http://a')
  later.note('http://a', past)
  await later.close()
  expect(await open().recall('http://gone')).toEqual({})
})

test('a file that makes no sense is set aside and said, and everything begins anew', async () => {
  await writeFile(join(stateDirectory, 'panels.json'), '{"http://a": 7}')
  expect(await open().recall('http://a')).toEqual({})
  expect(problems).toEqual([expect.stringContaining('made no sense')])
  expect(await readdir(stateDirectory)).toEqual([`panels.json.set-aside-${clock}`])
})

test('nothing is written where nothing was noted', async () => {
  const memory = open()
  await memory.recall('http://a')
  await memory.close()
  expect(await readdir(stateDirectory)).toEqual([])
})
