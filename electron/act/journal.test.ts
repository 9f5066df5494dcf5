import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type JournalRecord, openJournal, readJournal } from './journal.ts'

let directory: string
let path: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'journal-'))
  path = join(directory, 'journal.jsonl')
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const record = (step: number): JournalRecord => ({
  at: '2026-11-23T10:00:00.000Z',
  type: 'intent',
  step,
})

async function write(...steps: number[]): Promise<void> {
  const journal = await openJournal(path)
  for (const step of steps) await journal.write(record(step))
  await journal.close()
}

test('gives back what was written, across openings; a missing one is empty', async () => {
  expect(await readJournal(path)).toMatchObject({ records: [], damaged: false })
  await write(0, 1)
  await write(2)
  expect(await readJournal(path)).toMatchObject({
    records: [record(0), record(1), record(2)],
    damaged: false,
  })
})

test.each([
  ['half a record', '{"at":"2026-11-23T10:00:00.0'],
  ['a record without its end of line', JSON.stringify(record(9))],
  ['half a character', Buffer.from([0xe2, 0x82])],
  ['zeros, as a power cut leaves them', Buffer.alloc(64)],
  ['a whole line of nonsense', 'nonsense\n'],
])('a last line that is %s has not happened, and does not spoil what follows', async (_n, tail) => {
  await write(0)
  await appendFile(path, tail)
  expect(await readJournal(path)).toMatchObject({ records: [record(0)], damaged: false })
  await write(1)
  expect(await readJournal(path)).toMatchObject({ records: [record(0), record(1)], damaged: false })
})

test('nonsense in the middle is damage', async () => {
  await write(0, 1)
  const [first, second] = (await readFile(path, 'utf8')).split('\n')
  await writeFile(path, `${first}\nnonsense\n${second}\n`)
  expect(await readJournal(path)).toMatchObject({ damaged: true })
})
