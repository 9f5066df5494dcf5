import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { aCommandLine, type CommandLine } from '../../../test/support/a-command-line.ts'

const passphrase = 'four words by chance'
const input = `${passphrase}\n`

let line: CommandLine
let repository: string
let secrets: string

beforeEach(async () => {
  line = await aCommandLine('backup: { withoutVolumes: [cache] } # only ours\n')
  repository = join(line.home, 'data/odin-sentinel/backups/odin')
  secrets = join(line.state, 'secrets.json')
})

const keys = () => readdir(join(repository, 'keys'))
const identityIn = async () =>
  /AGE-SECRET-KEY-1\w+/.exec(await readFile(secrets, 'utf8'))?.[0] ?? ''

test('a key is made, kept, locked beside the snapshots, and told on a sheet without a secret', async () => {
  await line.run(['backup', '--only', 'configuration'])
  const before = await readFile(line.stackFile, 'utf8')
  const said = await line.run(['backup-key', 'new'], { input })
  expect(said).toMatchObject({ code: 0, err: '' })

  const [name = ''] = await keys()
  const recipient = name.replace('.age', '')
  expect(recipient).toMatch(/^age1[a-z0-9]{58}$/)
  const keyFile = join(repository, 'keys', name)
  expect((await stat(keyFile)).mode & 0o777).toBe(0o600)
  expect((await stat(secrets)).mode & 0o777).toBe(0o600)

  const after = await readFile(line.stackFile, 'utf8')
  expect(after).toContain('# ours, with care')
  expect(after).toContain('name: odin   # the cellar')
  expect(after).toContain(recipient)
  const kept = /The file before it is (\S+)\.$/m.exec(said.out)?.[1] ?? ''
  expect(await readFile(kept, 'utf8')).toBe(before)

  expect(said.out).toContain('RECOVERY SHEET for the snapshots of odin')
  expect(said.out).toContain(`2. A copy of ${keyFile}`)
  expect(said.out).toContain(`  age -d -o key.txt keys/${name}\n`)
  expect(said.out).toContain('1 snapshot before it can be read without a key')
  const identity = await identityIn()
  expect(identity).not.toBe('')
  expect(said.out).not.toContain(identity)
  expect(said.out).not.toContain(passphrase)

  const taken = await line.run(['backup', '--only', 'configuration'])
  expect(taken.code).toBe(0)
  expect((await line.run(['snapshots'])).out).toMatch(/verified, encrypted\n.*verified\n/)
  expect((await line.run(['browse', 'latest', line.project])).out).toContain('.env')
  const again = await line.run(['backup-key', 'new'], { input })
  expect(again).toMatchObject({ code: 3, out: '' })
  expect(again.err).toContain(`encrypted already, to ${recipient}`)
})

test('on another machine the passphrase opens it, and nothing else', async () => {
  await line.run(['backup-key', 'new'], { input })
  await line.run(['backup', '--only', 'configuration'])
  const identity = await identityIn()
  await rm(secrets)
  await rm(join(line.home, 'cache'), { recursive: true })

  const to = join(line.home, 'back')
  for (const argv of [
    ['browse', 'latest'],
    ['diff', 'latest'],
    ['extract', 'latest', '/', '--to', to],
  ]) {
    const said = await line.run(argv)
    expect(said).toMatchObject({ code: 2, out: '' })
    expect(said.err).toContain('odin-sentinel backup-key unlock brings it here.')
  }
  expect((await line.run(['snapshots'])).code).toBe(0)
  expect((await line.run(['verify'])).code).toBe(0)

  const wrong = await line.run(['backup-key', 'unlock'], { input: 'five words by chance\n' })
  expect(wrong).toMatchObject({ code: 3, out: '' })
  expect(wrong.err).toContain('The passphrase does not open the key.')
  const right = await line.run(['backup-key', 'unlock', '--json'], { input })
  expect(right.json()).toMatchObject({ stack: 'odin', isUsed: true })
  expect(right.out).not.toContain(identity)
  expect(await identityIn()).toBe(identity)
  expect((await line.run(['extract', 'latest', line.project, '--to', to])).code).toBe(0)
  const dotenv = (directory: string) => readFile(join(directory, '.env'))
  expect(await dotenv(join(to, 'odin'))).toEqual(await dotenv(line.project))
})

test('one that was cut off goes on with the same key', async () => {
  const before = await readFile(line.stackFile, 'utf8')
  await line.run(['backup-key', 'new'], { input })
  const identity = await identityIn()
  await writeFile(line.stackFile, before)
  expect((await line.run(['backup-key', 'new'], { input })).code).toBe(0)
  expect(await identityIn()).toBe(identity)
  const [second, first = ''] = (await keys()).toSorted()
  expect(second).toBe(first.replace('.age', '.2.age'))
  expect(await keys()).toHaveLength(2)
})

test('what is no passphrase changes nothing', async () => {
  const before = await readFile(line.stackFile, 'utf8')
  for (const short of ['', '\n', 'short\n']) {
    const said = await line.run(['backup-key', 'new'], { input: short })
    expect(said).toMatchObject({ code: 3, out: '' })
    expect(said.err).toContain('expected at least 10 signs')
  }
  expect(await readFile(line.stackFile, 'utf8')).toBe(before)
  await expect(stat(repository)).rejects.toThrow(/ENOENT/)
  await expect(stat(secrets)).rejects.toThrow(/ENOENT/)
})

test('a key that lies nowhere else is not written over', async () => {
  await line.run(['backup-key', 'new'], { input })
  const [theirs = ''] = await keys()
  const moved = join(line.home, theirs)
  await writeFile(moved, await readFile(join(repository, 'keys', theirs)))
  await rm(join(repository, 'keys'), { recursive: true })
  const none = await line.run(['backup-key', 'unlock'], { input })
  expect(none.err).toContain('There is no key in')
  await writeFile(secrets, (await readFile(secrets, 'utf8')).replace(/AGE-SECRET-KEY-1\w+/, other))
  const said = await line.run(['backup-key', 'unlock', moved], { input })
  expect(said).toMatchObject({ code: 4, out: '' })
  expect(said.err).toContain('it would be lost')
  expect(await identityIn()).toBe(other)
})

const other = 'AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX'
