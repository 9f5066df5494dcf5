import { createHash } from 'node:crypto'
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Baseline } from '../../../shared/domain/monitoring.ts'
import { known } from '../../../shared/domain/reading.ts'
import type { WatchedFile } from '../../../shared/domain/watched-file.ts'
import type { TimelineEntry } from '../../../shared/ipc/status.ts'
import { someMonitoring } from '../../../test/support/some-monitoring.ts'
import { baselines } from '../keep/baselines.ts'
import { acceptedContents } from './accepted-contents.ts'
import { fileChanges } from './file-changes.ts'
import { noteChanges } from './note-changes.ts'

const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const hour = 3_600_000

let directory: string
const state = () => join(directory, 'state')
const content = (...names: string[]) => join(state(), 'baselines', 'content', ...names)
const at = (...names: string[]) => join(directory, 'stack', ...names)
let clock: number
const contents = () => acceptedContents({ stateDirectory: state(), now: () => clock })
const store = () => baselines({ stateDirectory: state(), now: () => clock, onSetAside: () => {} })

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'changes-'))
  clock = Date.now()
})
afterEach(() => rm(directory, { recursive: true }))

async function put(name: string, text: string | Uint8Array): Promise<string> {
  await mkdir(dirname(at(name)), { recursive: true })
  await writeFile(at(name), text)
  return at(name)
}

const nothing = { images: {}, configHashes: {}, jobs: [] }

/** What is there now, as the loop accepts it. */
async function accept(files: Record<string, string>): Promise<Baseline> {
  const kept = await contents().keep(files)
  const baseline = { acceptedAt: clock, files, ...nothing, ...kept }
  await store().accept('odin', baseline)
  await contents().sweep()
  return baseline
}

const changesOf = (path: string, baseline: Baseline) => fileChanges(contents())(path, baseline)

test('the exact bytes are kept, for the owner alone, and found again by their hash', async () => {
  const bytes = Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0x0d, 0x0a, 0xff, 0x00])
  const path = await put('odd.conf', bytes)
  const { contents: kept } = await accept({ [path]: sha256(bytes) })
  expect(kept).toEqual({ [path]: sha256(bytes) })
  expect(await contents().of(sha256(bytes))).toEqual(bytes)
  expect((await stat(content(sha256(bytes)))).mode & 0o777).toBe(0o600)
  expect(await store().newest('odin')).toMatchObject({ contents: kept })
})

test('who may read it is kept with it', async () => {
  const path = await put('.env', 'A=1')
  await chmod(path, 0o640)
  const { modes } = await accept({ [path]: sha256('A=1') })
  expect(modes).toEqual({ [path]: 0o640 })
  expect(await store().newest('odin')).toMatchObject({ modes })
})

test('what is damaged on the disk is not given for what was accepted', async () => {
  const path = await put('a.yml', 'a')
  await accept({ [path]: sha256('a') })
  await writeFile(content(sha256('a')), 'b')
  expect(await contents().of(sha256('a'))).toBeUndefined()
  expect(await contents().of('../../../etc/passwd')).toBeUndefined()
  await accept({ [path]: sha256('a') })
  expect(await contents().of(sha256('a'))).toEqual(Buffer.from('a'))
})

test('what is too large, or another than was looked at, is not kept', async () => {
  const large = await put('large.json', 'x'.repeat(256 * 1024 + 1))
  const other = await put('other.yml', 'now')
  const kept = await contents().keep({ [large]: 'any', [other]: sha256('before') })
  expect(kept).toEqual({ contents: {}, modes: {} })
})

test('what no baseline names goes, once nobody can be about to name it', async () => {
  const path = await put('a.yml', 'one')
  await accept({ [path]: sha256('one') })
  await put('a.yml', 'two')
  await accept({ [path]: sha256('two') })
  expect((await readdir(content())).toSorted()).toEqual([sha256('one'), sha256('two')].toSorted())
  await utimes(content(sha256('one')), 0, 0)
  await utimes(content(sha256('two')), 0, 0)
  await contents().sweep()
  expect(await readdir(content())).toEqual([sha256('two')])
  clock += 2 * hour
  await contents().sweep()
  expect(await readdir(content())).toEqual([sha256('two')])
})

test('nothing goes while a baseline cannot be read', async () => {
  const path = await put('a.yml', 'one')
  await accept({ [path]: sha256('one') })
  const [name = ''] = (await readdir(join(state(), 'baselines'))).filter((one) => /json$/.test(one))
  await writeFile(join(state(), 'baselines', name), '{')
  clock += 2 * hour
  await contents().sweep()
  expect(await readdir(content())).toEqual([sha256('one')])
})

test('a changed file is told line by line, without its secrets', async () => {
  const before = 'a: 1\npassword: hunter2\nb: 2\n'
  const path = await put('a.yml', before)
  const baseline = await accept({ [path]: sha256(before) })
  await put('a.yml', 'a: 1\npassword: hunter3\nb: 3\n')
  const { files, why } = await changesOf(path, baseline)
  expect(why).toBeNull()
  expect(files).toMatchObject([{ path, change: 'changed', why: null }])
  const diff = files[0]?.diff ?? ''
  const [, was, is] =
    /^-password: <secret (\w{4})>\n[\s\S]*^\+password: <secret (\w{4})>$/m.exec(diff) ?? []
  expect(was).toMatch(/^[0-9a-f]{4}$/)
  expect(is).not.toBe(was)
  expect(diff).toMatch(/^-b: 2$/m)
  expect(diff).not.toContain('hunter')
})

test('a file that is gone, and one that was accepted before texts were kept', async () => {
  const path = await put('a.yml', 'a: 1\n')
  const baseline = await accept({ [path]: sha256('a: 1\n') })
  await rm(path)
  expect((await changesOf(path, baseline)).files).toMatchObject([{ change: 'removed' }])
  const { contents: _, ...old } = baseline
  expect(await changesOf(path, old)).toMatchObject({
    files: [],
    why: 'It was accepted before texts were kept: accept again to see differences.',
  })
})

test('in a directory each file is told, those that came and went among them', async () => {
  for (const name of ['same', 'changed', 'gone']) await put(`conf/deep/${name}.yml`, `${name}: 1\n`)
  const baseline = await accept({ [at('conf')]: 'hash of the listing' })
  await put('conf/deep/changed.yml', 'changed: 2\n')
  await put('conf/new.yml', 'new: 1\n')
  await rm(at('conf/deep/gone.yml'))
  const { files } = await changesOf(at('conf'), baseline)
  expect(files.map(({ path, change }) => [path.slice(at('conf').length), change])).toEqual([
    ['/deep/changed.yml', 'changed'],
    ['/deep/gone.yml', 'removed'],
    ['/new.yml', 'added'],
  ])
})

test('what is no text is said to be none', async () => {
  const path = await put('a.bin', 'a\0b')
  const baseline = await accept({ [path]: sha256('a\0b') })
  await put('a.bin', 'a\0c')
  expect((await changesOf(path, baseline)).files).toMatchObject([
    { diff: null, why: 'It is no text.' },
  ])
})

test('what another process accepts is known when it is asked for', async () => {
  const [mine, other] = [store(), store()]
  await mine.accept('odin', { acceptedAt: 1, files: {}, ...nothing })
  await other.accept('odin', { acceptedAt: 2, files: { a: 'b' }, ...nothing })
  expect(mine.of('odin')?.acceptedAt).toBe(1)
  expect((await mine.newest('odin'))?.acceptedAt).toBe(2)
  expect(mine.of('odin')?.acceptedAt).toBe(2)
})

test('the timeline says what happened to a file, in lines', async () => {
  const path = await put('prometheus.yml', 'a\nb\n')
  const baseline = await accept({ [path]: sha256('a\nb\n') })
  const entries: TimelineEntry[] = []
  const look = noteChanges({
    changesOf: fileChanges(contents()),
    record: (entry) => entries.push(entry),
    now: () => clock,
  })
  const seeing = async (): Promise<void> => {
    const text = await readFile(path, 'utf8').catch(() => undefined)
    const file: WatchedFile =
      text === undefined
        ? { path, role: 'config', state: 'missing' }
        : { path, role: 'config', state: 'there', sha256: sha256(text) }
    await look('odin', { ...someMonitoring(), files: known([file], clock) }, baseline)
  }
  await seeing()
  await seeing()
  expect(entries).toEqual([])
  await put('prometheus.yml', 'a\nc\nd\n')
  await seeing()
  await rm(path)
  await seeing()
  await put('prometheus.yml', 'a\nb\n')
  await seeing()
  expect(entries.map(({ sentence }) => sentence)).toEqual([
    'prometheus.yml changed: 2 lines added, 1 removed.',
    'prometheus.yml is gone.',
    'prometheus.yml is as it was accepted again.',
  ])
  expect(entries[0]).toMatchObject({ kind: 'stack', stack: 'odin', subject: `file:${path}` })
})
