import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseSettings, usualSettings } from './settings.ts'

// Each *.bad.yaml says on its first lines what must be said about it, as those of stack files do.
const directory = join(import.meta.dirname, '../../test/fixtures/settings')
const fixtures = (ending: string) =>
  readdirSync(directory)
    .filter((file) => file.endsWith(ending))
    .map((file): [string, string] => [file, readFileSync(join(directory, file), 'utf8')])

test.each(fixtures('.good.yaml'))('%s is read', (_, text) => {
  expect(parseSettings(text)).toMatchObject({ ok: true })
})

test.each(fixtures('.bad.yaml'))('%s is refused with its sentence', (_, text) => {
  const expected = [...text.matchAll(/^# (\d+:\d+ .*)$/gm)].map((match) => match[1])
  const parsed = parseSettings(text)
  const said = parsed.ok
    ? []
    : parsed.error.map(({ line, column, sentence }) => `${line}:${column} ${sentence}`)
  expect(said).toEqual(expected)
  expect(said.length).toBeGreaterThan(0)
})

test('times become minutes, addresses a host and a port, and what is left out has its default', () => {
  const everything = parseSettings(fixtures('everything.good.yaml')[0]?.[1] ?? '')
  expect(everything.ok && everything.value).toEqual({
    notifications: {
      floor: 'warning',
      quietHours: { from: 1320, to: 420, exceptCritical: false },
    },
    forward: {
      webhook: 'https://hooks.example.org/services/T000/B000?sig=abc',
      ntfy: 'https://ntfy.sh/odin-alerts',
      alertmanager: 'http://127.0.0.1:9093',
    },
    metrics: { host: '127.0.0.1', port: 9797 },
    heartbeat: { url: 'https://hc-ping.com/4f1c', everySeconds: 60 },
  })
  const some = parseSettings(fixtures('some.good.yaml')[0]?.[1] ?? '')
  expect(some.ok && some.value).toEqual({
    notifications: { floor: 'info', quietHours: { from: 60, to: 390, exceptCritical: true } },
    forward: {},
    metrics: { host: '::1', port: 9797 },
  })
  expect(parseSettings('')).toEqual({ ok: true, value: usualSettings })
})
