import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseStackFile } from './stack-file.ts'

// Each *.bad.yaml says on its first lines what must be said about it: "# line:column sentence",
// one line a problem. Each *.good.yaml must be read.
const directory = join(import.meta.dirname, '../../test/fixtures/stack-files')
const fixtures = (ending: string) =>
  readdirSync(directory)
    .filter((file) => file.endsWith(ending))
    .map((file): [string, string] => [file, readFileSync(join(directory, file), 'utf8')])

test.each(fixtures('.good.yaml'))('%s is read', (_, text) => {
  expect(parseStackFile(text)).toMatchObject({ ok: true })
})

test.each(fixtures('.bad.yaml'))('%s is refused with its sentence', (_, text) => {
  const expected = [...text.matchAll(/^# (\d+:\d+ .*)$/gm)].map((match) => match[1])
  const parsed = parseStackFile(text)
  const said = parsed.ok
    ? []
    : parsed.error.map(({ line, column, sentence }) => `${line}:${column} ${sentence}`)
  expect(said).toEqual(expected)
  expect(said.length).toBeGreaterThan(0)
  for (const sentence of said) expect(sentence).toMatch(/\.$/)
})

test('defaults are filled in, paths become absolute', () => {
  const [, text] = fixtures('everything.good.yaml')[0] ?? []
  const parsed = parseStackFile(text ?? '')
  expect(parsed.ok && parsed.value.projects[0]).toMatchObject({
    workingDir: '/srv/odin',
    starts: [
      {
        files: ['/srv/odin/docker-compose.yml', '/srv/odin/docker-compose.override.yml'],
        envFiles: ['/srv/odin/.env'],
      },
      {
        files: ['/srv/odin/docker-compose-exporters.yml'],
        services: [
          { ports: ['9100', '127.0.0.1::9101', '[::1]:9102:9102/tcp', '3000-3005:3000-3005'] },
        ],
      },
    ],
  })
  const minimal = parseStackFile(fixtures('minimal.good.yaml')[0]?.[1] ?? '')
  expect(minimal.ok && minimal.value).toEqual({
    name: 'odin',
    home: {
      context: 'desktop-linux',
      engineId: '547975cc',
      engineKind: 'unknown',
      endpoint: 'unix:///run/desktop.sock',
    },
    projects: [
      {
        name: 'odin',
        workingDir: '/srv/odin',
        starts: [
          {
            files: ['/srv/odin/docker-compose.yml'],
            envFiles: [],
            services: [
              { name: 'prometheus', image: 'prom/prometheus:v3.14.0', ports: [], config: [] },
            ],
          },
        ],
      },
    ],
    stayHome: { enabled: false, countdownSeconds: 30 },
  })
})

test.each([
  ['a byte order mark', (text: string) => `\uFEFF${text}`],
  ['Windows line ends', (text: string) => text.replaceAll('\n', '\r\n')],
])('%s does no harm', (_, change) => {
  for (const [, text] of fixtures('.good.yaml')) {
    expect(parseStackFile(change(text))).toEqual(parseStackFile(text))
  }
})

test('what would exhaust the machine is a sentence', () => {
  const sentenceFor = (text: string) => {
    const parsed = parseStackFile(text)
    return parsed.ok ? '' : parsed.error[0]?.sentence
  }
  expect(sentenceFor('['.repeat(20_000))).toMatch(/^The file is not (valid )?YAML/)
  expect(sentenceFor('x'.repeat(1_000_001))).toMatch(/^The file is larger than 1 MB/)
})

test('a key of a service that is called like a built-in of JavaScript is only a name', () => {
  const [, text = ''] = fixtures('minimal.good.yaml')[0] ?? []
  for (const name of ['constructor', 'toString', 'hasOwnProperty']) {
    const parsed = parseStackFile(text.replace('prometheus: {', `${name}: {`))
    expect(parsed.ok && parsed.value.projects[0]?.starts[0]?.services[0]?.name).toBe(name)
  }
})
