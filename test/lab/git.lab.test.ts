import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { ensurePackages } from '../../build/debian-packages.ts'
import { committedFile, commitWith } from '../../electron/adapters/git/committed-file.ts'

let root: string
const signal = new AbortController().signal
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')
const git = (...args: string[]) =>
  execFileSync('git', ['-C', root, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args])

async function commit(text: string): Promise<void> {
  await writeFile(join(root, 'stack/prometheus.yml'), text)
  git('add', '-A')
  git('commit', '-q', '-m', text)
}

beforeAll(async () => {
  expect(await ensurePackages(['git'])).toBeNull()
})

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'work-tree-'))
  await mkdir(join(root, 'stack'))
  git('init', '-q')
})
afterEach(() => rm(root, { recursive: true, force: true }))

test('finds the newest commit that holds what was accepted, and gives its bytes', async () => {
  await commit('right\n')
  await commit('wrong\n')
  await commit('right\n')
  await commit('worse\n')
  const file = join(root, 'stack/prometheus.yml')
  const found = await commitWith(file, hashOf('right\n'), signal)
  if (!found) throw new Error('It should be found.')
  expect(found.path).toBe('stack/prometheus.yml')
  expect(found.commit).toBe(git('rev-parse', 'HEAD~1').toString().trim())
  expect((await committedFile(found, signal)).toString()).toBe('right\n')
})

test('offers nothing where the file never held it, and outside of any work tree', async () => {
  await commit('wrong\n')
  const sha256 = hashOf('right\n')
  expect(await commitWith(join(root, 'stack/prometheus.yml'), sha256, signal)).toBeUndefined()
  expect(await commitWith('/proc/version', sha256, signal)).toBeUndefined()
})

test('says which commit does not give a file', async () => {
  await commit('right\n')
  const commitId = git('rev-parse', 'HEAD').toString().trim()
  await expect(
    committedFile({ root, commit: commitId, path: 'stack/gone.yml' }, signal),
  ).rejects.toThrow(`does not give stack/gone.yml.`)
})
