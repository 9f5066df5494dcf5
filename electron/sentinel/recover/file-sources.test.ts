import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { PutBack } from '../../../shared/plan/steps/file-steps.ts'
import { aBackupSource } from '../../../test/support/a-backup-source.ts'
import { aRepository, backUp } from '../../../test/support/a-repository.ts'
import { aStack } from '../../../test/support/a-world.ts'
import { newIdentity } from '../../adapters/archive/sealed-text.ts'
import { sha256Of } from '../../adapters/disk/content-hash.ts'
import { openRepository } from '../../backup/repository/open-repository.ts'
import type { Repository } from '../../backup/repository/repository.ts'
import { acceptedContents } from '../changes/accepted-contents.ts'
import { contentOf, stillGiven } from './content-of.ts'
import { filesFrom } from './file-sources.ts'
import { contentIn } from './snapshot-file.ts'

let root: string
let repository: Repository | undefined
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'sources-')))
  repository = undefined
})
afterEach(() => rm(root, { recursive: true }))

const hash = (text: string) => sha256Of(Buffer.from(text))
const at = (name: string) => join(root, 'tree', name)
const stack = { ...aStack(), name: 'odin' }
const contents = () => acceptedContents({ stateDirectory: join(root, 'state'), now: Date.now })

async function put(name: string, text: string): Promise<string> {
  await mkdir(dirname(at(name)), { recursive: true })
  await writeFile(at(name), text)
  return at(name)
}

/** Runs without whatever the person who runs the tests has configured. */
async function git(date: string, ...args: string[]): Promise<string> {
  const who = ['-c', 'user.name=Ada', '-c', 'user.email=ada@odin.example']
  const { stdout } = await promisify(execFile)('git', ['-C', at(''), ...who, ...args], {
    env: {
      PATH: process.env['PATH'],
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_SYSTEM: '/dev/null',
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_DATE: date,
    },
  })
  return stdout.trim()
}

async function commit(date: string, files: Record<string, string>): Promise<string> {
  for (const [name, text] of Object.entries(files)) await put(name, text)
  await git(date, 'add', '-A')
  await git(date, 'commit', '-q', '-m', `on ${date}`)
  return git(date, 'rev-parse', 'HEAD')
}

async function aTree(): Promise<{ good: string; bad: string }> {
  await mkdir(at(''), { recursive: true })
  await git('2026-11-01T10:00:00Z', 'init', '-q')
  await commit('2026-11-01T10:00:00Z', { 'a.yml': 'a: 1\n', 'b.yml': 'b: 0\n' })
  const good = await commit('2026-11-02T10:00:00Z', { 'b.yml': 'b: 1\n' })
  const bad = await commit('2026-11-04T10:00:00Z', { 'a.yml': 'a: 9\n' })
  return { good, bad }
}

const drifted = (accepted: Record<string, string>) => ({
  files: Object.entries(accepted).map(([name, text]) => ({
    file: at(name),
    sha256: hash(text),
    now: hash('now'),
  })),
  acceptedAt: Date.parse('2026-11-03T10:00:00Z'),
})

const find = (asked: string | undefined, accepted: Record<string, string>) =>
  filesFrom({ contents: contents(), openRepository: async () => repository })(
    stack,
    asked,
    drifted(accepted),
  )

async function found(asked: string | undefined, accepted: Record<string, string>) {
  const answer = await find(asked, accepted)
  if (!answer.ok) throw new Error(answer.error.sentence)
  return Object.fromEntries(answer.value)
}

test('what was accepted is taken, and the commit that holds it where its text was not kept', async () => {
  const { good } = await aTree()
  await put('a.yml', 'a: 1\n')
  await contents().keep({ [at('a.yml')]: hash('a: 1\n') })
  const all = await found(undefined, { 'a.yml': 'a: 1\n', 'b.yml': 'b: 1\n', 'c.yml': 'c' })
  expect(all[at('a.yml')]).toMatchObject({ source: { from: 'baseline' } })
  expect(all[at('b.yml')]).toMatchObject({ source: { from: 'git', commit: good } })
  expect(all[at('c.yml')]).toEqual({ stays: expect.stringContaining('was not kept.') })
})

test('a file comes back for those who could read it when it was accepted', async () => {
  const { good } = await aTree()
  const places = filesFrom({ contents: contents(), openRepository: async () => undefined })
  const { acceptedAt, files } = drifted({ 'b.yml': 'b: 1\n' })
  const closed = { acceptedAt, files: files.map((one) => ({ ...one, mode: 0o640 })) }
  await contents().keep({ [await put('b.yml', 'b: 1\n')]: hash('b: 1\n') })
  const kept = await places(stack, 'accepted', closed)
  expect(kept.ok && kept.value.get(at('b.yml'))).toMatchObject({
    ...{ source: { from: 'baseline' }, mode: 0o640 },
  })
  for (const asked of ['git', `git:${good}`]) {
    const answer = await places(stack, asked, closed)
    expect(answer.ok && answer.value.get(at('b.yml'))).toMatchObject({ mode: 0o640 })
  }
  await rm(join(root, 'state'), { recursive: true })
  const again = await places(stack, 'accepted', closed)
  expect(again.ok && again.value.get(at('b.yml'))).toMatchObject({
    ...{ source: { from: 'git' }, mode: 0o640 },
  })
})

test('the last good commit is the newest in which all of them are as accepted', async () => {
  const { good } = await aTree()
  const all = await found('git', { 'a.yml': 'a: 1\n', 'b.yml': 'b: 1\n' })
  for (const [name, text] of [
    ['a.yml', 'a: 1\n'],
    ['b.yml', 'b: 1\n'],
  ] as const) {
    const source = { from: 'git', root: at('').replace(/\/$/, ''), commit: good, path: name }
    expect(all[at(name)]).toEqual({ source, sha256: hash(text) })
  }
})

test('without one it is the newest from before they were accepted, and what it lacks is said', async () => {
  const { good } = await aTree()
  const all = await found('git', { 'a.yml': 'never committed', 'new/c.yml': 'c' })
  expect(all[at('a.yml')]).toMatchObject({ source: { commit: good }, sha256: hash('a: 1\n') })
  expect(all[at('new/c.yml')]).toEqual({
    stays: `${at('new/c.yml')} is not in commit ${good.slice(0, 12)}, so it stays as it is.`,
  })
})

test('a commit may be named, and one that is not there is refused with what works instead', async () => {
  const { bad } = await aTree()
  const all = await found('git:HEAD', { 'a.yml': 'a: 1\n' })
  expect(all[at('a.yml')]).toMatchObject({ source: { commit: bad }, sha256: hash('a: 9\n') })
  for (const name of ['nowhere', '--all', '--output=/tmp/x']) {
    expect(await find(`git:${name}`, { 'a.yml': 'a' })).toMatchObject({
      ok: false,
      error: { code: 'COMMIT_MISSING', offer: { intent: { kind: 'recover' } } },
    })
  }
})

test('outside of a work tree there is no commit to take', async () => {
  await put('a.yml', 'a')
  await expect(found('git', { 'a.yml': 'a' })).rejects.toThrow('lies in a git work tree')
})

/** A snapshot that holds these files of the tree. */
const snapshotWith = (where: Repository, files: Record<string, string>) =>
  backUp(
    where,
    aBackupSource(
      Object.fromEntries(Object.entries(files).map(([name, text]) => [at(name).slice(1), text])),
      { id: 'configuration' },
    ),
  )

test('a snapshot gives what it holds, encrypted too, and what it lacks is said', async () => {
  const { identity, recipient } = await newIdentity()
  const directory = join(root, 'repository')
  const key = { recipients: [recipient], identity }
  repository = await aRepository(directory, key)
  const { id } = await snapshotWith(repository, { 'a.yml': 'a: 1\n' })
  const all = await found(id.slice(-8), { 'a.yml': 'another', 'b.yml': 'b' })
  expect(all[at('a.yml')]).toMatchObject({
    source: { from: 'snapshot', repository: directory, snapshot: id, component: 'configuration' },
    sha256: hash('a: 1\n'),
  })
  expect(all[at('b.yml')]).toEqual({ stays: expect.stringContaining('is not in snapshot') })

  repository = await openRepository(directory, { recipients: [recipient] })
  await expect(found(id, { 'a.yml': 'another' })).rejects.toThrow('key is not in the keyring')
  repository = await openRepository(directory, key)
  await expect(found('nonesuch', { 'a.yml': 'another' })).rejects.toThrow('nonesuch')
})

test('what is gone between approval and run is noticed before anything is begun', async () => {
  const { good } = await aTree()
  const directory = join(root, 'repository')
  const opened = await aRepository(directory)
  repository = opened
  const { id } = await snapshotWith(opened, { 'a.yml': 'a: 1\n' })
  await put('a.yml', 'a: 1\n')
  await contents().keep({ [at('a.yml')]: hash('a: 1\n') })
  const accepted = (sha256: string) => contents().of(sha256)
  const given = stillGiven({ accepted, listOf: (_, snapshot) => opened.files(snapshot) })
  const read = contentOf({
    accepted,
    async fromSnapshot({ snapshot, path }, signal) {
      const file = (await opened.files(snapshot)).find((one) => one.path === path)
      if (!file) throw new Error('It is not there.')
      return contentIn(opened, file, signal)
    },
  })
  const puts: PutBack[] = []
  for (const asked of ['accepted', 'git', id]) {
    const content = (await found(asked, { 'a.yml': 'a: 1\n' }))[at('a.yml')]
    if (!content || 'stays' in content) throw new Error(`nothing from ${asked}`)
    puts.push({ file: at('a.yml'), replaces: null, ...content })
  }
  for (const one of puts) {
    expect(sha256Of(await read(one, AbortSignal.timeout(10_000)))).toBe(hash('a: 1\n'))
  }
  await given(puts)
  await rm(join(root, 'state'), { recursive: true })
  await rm(join(at(''), '.git'), { recursive: true })
  await rm(join(directory, 'snapshots', id), { recursive: true })
  expect(good).toMatch(/^[0-9a-f]{40}$/)
  for (const one of puts) await expect(given([one])).rejects.toThrow('Look at a new plan.')
})

test('why a snapshot gives nothing is a sentence, whoever said it', async () => {
  const fails = () => Promise.reject(new Error('EIO: i/o error, read'))
  repository = { find: fails, files: fails } as unknown as Repository
  await expect(found('abc', { 'a.yml': 'a' })).rejects.toThrow(/^EIO: i\/o error, read\.$/)
})
