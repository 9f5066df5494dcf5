import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openAttention, snoozeEnd } from './attention.ts'

const now = Date.parse('2026-11-23T10:00:00.000Z')
const hour = 3_600_000

let stateDirectory: string
beforeEach(async () => {
  stateDirectory = await mkdtemp(join(tmpdir(), 'attention-'))
})
afterEach(() => rm(stateDirectory, { recursive: true, force: true }))

const open = (at = now) => openAttention({ stateDirectory, now: at })

test('snoozes one incident for an hour and no other', async () => {
  const attention = await open()
  await attention.snooze('a', '1h', now)
  expect(attention.snoozedUntil('a', now)).toBe(now + hour)
  expect(attention.snoozedUntil('b', now)).toBeUndefined()
  expect(attention.snoozedUntil('a', now + hour)).toBeUndefined()
})

test('off ends a snooze', async () => {
  const attention = await open()
  await attention.snooze('a', '1h', now)
  await attention.snooze('a', 'off', now)
  expect(attention.snoozedUntil('a', now)).toBeUndefined()
})

test('tomorrow is the next eight in the morning of this machine', () => {
  const lateEvening = new Date(2026, 10, 23, 23, 30).getTime()
  const afterMidnight = new Date(2026, 10, 24, 2, 0).getTime()
  const eight = new Date(2026, 10, 24, 8, 0).getTime()
  expect(snoozeEnd('tomorrow', lateEvening)).toBe(eight)
  expect(snoozeEnd('tomorrow', afterMidnight)).toBe(eight)
  expect(snoozeEnd('tomorrow', eight)).toBe(new Date(2026, 10, 25, 8, 0).getTime())
})

test('moving lasts for its hours and ends with 0', async () => {
  const attention = await open()
  await attention.move(2, now)
  expect(attention.movingUntil(now)).toBe(now + 2 * hour)
  expect(attention.movingUntil(now + 2 * hour)).toBeUndefined()
  await attention.move(0, now)
  expect(attention.movingUntil(now)).toBeUndefined()
})

test('survives a restart and forgets what is over', async () => {
  const before = await open()
  await before.snooze('a', '1h', now)
  await before.move(5, now)
  const after = await open(now + 2 * hour)
  await after.snooze('b', '1h', now + 2 * hour)
  expect(after.movingUntil(now + 2 * hour)).toBe(now + 5 * hour)
  const written = JSON.parse(await readFile(join(stateDirectory, 'attention.json'), 'utf8'))
  expect(Object.keys(written.snoozed)).toEqual(['b'])
})

test.each([
  ['cut off', '{"version":1,"snoo'],
  ['empty', ''],
  ['unknown key', '{"version":1,"snoozed":{},"movingUntil":null,"mute":true}'],
  ['no time', '{"version":1,"snoozed":{"a":"soon"},"movingUntil":null}'],
])('a file that is %s silences nobody and is kept', async (_fault, content) => {
  await writeFile(join(stateDirectory, 'attention.json'), content)
  const kept: string[] = []
  const attention = await openAttention({ stateDirectory, now, onSetAside: (p) => kept.push(p) })
  expect(attention.snoozedUntil('a', now)).toBeUndefined()
  expect(kept).toEqual([join(stateDirectory, `attention.json.set-aside-${now}`)])
  expect(await readFile(kept[0] ?? '', 'utf8')).toBe(content)
  await attention.snooze('a', '1h', now)
  expect((await open()).snoozedUntil('a', now)).toBe(now + hour)
})

test('a snooze that cannot be written is in force and says that it will not last', async () => {
  const file = join(stateDirectory, 'file')
  await writeFile(file, '')
  const attention = await openAttention({ stateDirectory: file, now })
  await expect(attention.snooze('a', '1h', now)).rejects.toThrow(/attention\.json/)
  expect(attention.snoozedUntil('a', now)).toBe(now + hour)
  expect(await readdir(stateDirectory)).toEqual(['file'])
})

test('a snooze from before a restart belongs to the same matter, and to that once', async () => {
  const before = await open()
  await before.snooze('CONTEXT_SWITCHED@context:current#1000', '1h', now)
  const after = await open()
  expect(after.snoozedUntil('DESKTOP_STOPPED@engine:d#2000', now)).toBeUndefined()
  expect(after.snoozedUntil('CONTEXT_SWITCHED@context:current#2000', now)).toBe(now + hour)
  // It ended, and this is another one.
  expect(after.snoozedUntil('CONTEXT_SWITCHED@context:current#3000', now)).toBeUndefined()
  await after.snooze('CONTEXT_SWITCHED@context:current#2000', 'off', now)
  expect((await open()).snoozedUntil('CONTEXT_SWITCHED@context:current#4000', now)).toBeUndefined()
})
