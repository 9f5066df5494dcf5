import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { aCommandLine, type CommandLine } from '../../../test/support/a-command-line.ts'

let line: CommandLine
beforeEach(async () => {
  line = await aCommandLine('backup:\n  secondCopy: { to: /mnt/disk, schedule: "@daily" }\n')
})

const secrets = () => readFile(join(line.state, 'secrets.json'), 'utf8').catch(() => '')

test('what opens the second copy is read from standard input, kept for its owner alone, and forgotten', async () => {
  const kept = await line.run(['second-copy-key', 'password'], { input: 'correct horse\n' })
  expect(kept).toMatchObject({ code: 0, err: '' })
  const keys = 'B2_ACCOUNT_ID=1\nB2_ACCOUNT_KEY=battery\n'
  const access = await line.run(['second-copy-key', 'access'], { input: keys })
  expect(access.code).toBe(0)
  expect(await line.parts.secretsOf('odin')).toEqual({
    secondCopyPassword: 'correct horse',
    secondCopyAccess: keys,
  })
  expect((await stat(join(line.state, 'secrets.json'))).mode & 0o777).toBe(0o600)
  expect(`${kept.out}${access.out}`).not.toMatch(/horse|battery/)
  const gone = await line.run(['second-copy-key', 'password', '--remove', '--json'])
  expect(gone.json()).toEqual({ stack: 'odin', removed: true })
  expect(await secrets()).not.toContain('horse')
})

test.each([
  [['second-copy-key', 'token'], 'x', /expected password or access/],
  [['second-copy-key', 'password'], '\n', /What was given is no password/],
  [['second-copy-key', 'access'], 'battery-staple\n', /Line 1 is not KEY=VALUE/],
  [['second-copy-key', 'access'], '', /no KEY=VALUE line/],
])('%j refuses what it cannot take, and repeats none of it', async (argv, input, sentence) => {
  const said = await line.run(argv, { input })
  expect(said.code).toBe(3)
  expect(said.err).toMatch(sentence)
  expect(`${said.out}${said.err}`).not.toContain('staple')
  expect(await secrets()).toBe('')
})

test('without a password or a snapshot the next step is said', async () => {
  expect((await line.run(['drill'])).err).toContain('odin-sentinel backup takes the first')
  await line.run(['backup', '--only', 'configuration'])
  const said = await line.run(['second-copy', '--json'])
  expect(said.code).toBe(4)
  expect(said.json()).toMatchObject({
    outcome: 'failed',
    sentence: expect.stringContaining('odin-sentinel second-copy-key password keeps one'),
  })
})

test('a drill says which engine it cannot reach, and keeps that for the app', async () => {
  await line.run(['backup', '--only', 'configuration'])
  const home = await line.run(['drill'])
  expect(home.code).toBe(4)
  expect(home.out).toContain('There is no socket at')
  const elsewhere = await line.run(['drill', 'latest', '--context', 'moon', '--json'])
  expect(elsewhere.json()).toMatchObject({
    outcome: 'failed',
    sentence: expect.stringContaining('There is no Docker context moon, expected one of'),
    provenAt: null,
  })
})
