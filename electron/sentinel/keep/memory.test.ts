import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { historySchema } from '../../../shared/assess/history.ts'
import { emptyHistory, type History } from '../../../shared/domain/history.ts'
import { openMemory } from './memory.ts'

const now = () => Date.parse('2026-11-23T10:00:00.000Z')

let stateDirectory: string
let problems: string[]
beforeEach(async () => {
  stateDirectory = await mkdtemp(join(tmpdir(), 'memory-'))
  problems = []
})
afterEach(() => rm(stateDirectory, { recursive: true, force: true }))

const open = (directory = stateDirectory) =>
  openMemory({
    stateDirectory: directory,
    schema: historySchema,
    now,
    settleMs: 1,
    onProblem: (sentence) => problems.push(sentence),
  })

const aHistory = (seenAt: number): History => ({
  ...emptyHistory,
  current: { name: 'desktop-linux', endpoint: 'unix:///d.sock', source: 'config.json', since: 1 },
  engines: { 'unix:///d.sock': { answers: true, since: 1, engineId: 'E1', kind: 'native' } },
  seenAt,
})

test('begins empty', async () => {
  expect(await open().load()).toEqual(emptyHistory)
  expect(problems).toEqual([])
})

test('keeps the newest of many, across a restart', async () => {
  const memory = open()
  for (let seenAt = 1; seenAt <= 100; seenAt += 1) memory.save(aHistory(seenAt))
  await memory.close()
  expect(await open().load()).toEqual(aHistory(100))
})

test('is written for what happened, and not for having been there once more', async () => {
  const memory = open()
  const onDisk = async () =>
    JSON.parse(await readFile(join(stateDirectory, 'history.json'), 'utf8'))
  memory.save(aHistory(1_000))
  await memory.close()
  memory.save(aHistory(2_000))
  expect(await onDisk()).toEqual(aHistory(1_000))
  memory.save({ ...aHistory(3_000), changedWhileAway: true })
  await expect.poll(onDisk).toEqual({ ...aHistory(3_000), changedWhileAway: true })
  memory.save({ ...aHistory(400_000), changedWhileAway: true })
  await expect.poll(onDisk).toMatchObject({ seenAt: 400_000 })
})

test('a file that makes no sense is kept, and memory begins anew and says so', async () => {
  await writeFile(join(stateDirectory, 'history.json'), '{"seenAt":')
  expect(await open().load()).toEqual(emptyHistory)
  const kept = join(stateDirectory, `history.json.set-aside-${now()}`)
  expect(problems).toEqual([expect.stringContaining(kept)])
  expect(await readFile(kept, 'utf8')).toBe('{"seenAt":')
})

test('a disk that refuses is told once and tried again', async () => {
  const directory = join(stateDirectory, 'later')
  await writeFile(directory, 'a file where the directory should be')
  const memory = open(directory)
  memory.save(aHistory(1))
  await memory.close()
  memory.save(aHistory(2))
  await memory.close()
  expect(problems).toEqual([expect.stringContaining('cannot be remembered')])
  await rm(directory)
  await memory.close()
  expect(await open(directory).load()).toEqual(aHistory(2))
})
