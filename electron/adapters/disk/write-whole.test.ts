import { execFile } from 'node:child_process'
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DiskProblem } from './disk-problem.ts'
import { keepCopy, writeWhole } from './write-whole.ts'

const run = promisify(execFile)
let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'write-whole-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const modeOf = async (path: string) => ((await stat(path)).mode & 0o7777).toString(8)

test('writes a new file with its mode, directories included, and leaves nothing else', async () => {
  const path = join(directory, 'a', 'b', 'stack.yaml')
  await writeWhole(path, 'version: 1\n', { mode: 0o640 })
  expect(await readFile(path, 'utf8')).toBe('version: 1\n')
  expect(await modeOf(path)).toBe('640')
  expect(await readdir(join(directory, 'a', 'b'))).toEqual(['stack.yaml'])
})

test('keeps the mode of an existing file, the umask notwithstanding', async () => {
  const path = join(directory, 'stack.yaml')
  await writeFile(path, 'old')
  await chmod(path, 0o666)
  await writeWhole(path, 'new', { mode: 0o600 })
  expect(await modeOf(path)).toBe('666')
  expect(await readFile(path, 'utf8')).toBe('new')
})

test('writes through a symbolic link and keeps it', async () => {
  await mkdir(join(directory, 'dotfiles'))
  await writeFile(join(directory, 'dotfiles', 'stack.yaml'), 'old')
  await symlink('dotfiles/stack.yaml', join(directory, 'stack.yaml'))
  await writeWhole(join(directory, 'stack.yaml'), 'new')
  expect((await lstat(join(directory, 'stack.yaml'))).isSymbolicLink()).toBe(true)
  expect(await readFile(join(directory, 'dotfiles', 'stack.yaml'), 'utf8')).toBe('new')
})

test('many writers at once leave one whole text', async () => {
  const path = join(directory, 'stack.yaml')
  const texts = Array.from({ length: 20 }, (_, n) => String(n).repeat(20_000))
  await Promise.all(texts.map((text) => writeWhole(path, text)))
  expect(texts).toContain(await readFile(path, 'utf8'))
  expect(await readdir(directory)).toEqual(['stack.yaml'])
})

test('says in a sentence why it cannot write', async () => {
  await writeFile(join(directory, 'file'), '')
  const path = join(directory, 'file', 'stack.yaml')
  await expect(writeWhole(path, 'x')).rejects.toThrow(
    `${path} cannot be written: a file stands where a directory is needed.`,
  )
  await expect(writeWhole(directory, 'x')).rejects.toBeInstanceOf(DiskProblem)
})

test('a copy has the text, is for its owner alone, and never replaces an earlier one', async () => {
  const path = join(directory, 'config.json')
  const kept = join(directory, 'kept')
  await writeFile(path, 'first', { mode: 0o600 })
  expect(await keepCopy(path, kept)).toBe(join(kept, 'config.json'))
  await writeFile(path, 'second')
  expect(await keepCopy(path, kept)).toBe(join(kept, 'config.json.2'))
  expect(await keepCopy(path, kept, 'other')).toBe(join(kept, 'other'))
  expect(await readFile(join(kept, 'config.json'), 'utf8')).toBe('first')
  expect(await readFile(join(kept, 'config.json.2'), 'utf8')).toBe('second')
  expect(await modeOf(join(kept, 'config.json.2'))).toBe('600')
  await chmod(path, 0o664)
  expect(await modeOf(await keepCopy(path, kept))).toBe('600')
  expect(await modeOf(kept)).toBe('700')
})

test('says in a sentence why no copy can be kept', async () => {
  const path = join(directory, 'nothing')
  await expect(keepCopy(path, join(directory, 'kept'))).rejects.toThrow(
    `no copy of ${path} can be kept in ${join(directory, 'kept')}: there is no such file or directory.`,
  )
})

const mayMount = process.getuid?.() === 0
test.runIf(mayMount)('a disk that fills up in the middle leaves the old file whole', async () => {
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', directory])
  } catch {
    return // root in a container without CAP_SYS_ADMIN
  }
  try {
    const path = join(directory, 'stack.yaml')
    await writeWhole(path, 'old')
    await expect(writeWhole(path, 'x'.repeat(200_000))).rejects.toThrow(
      `${path} cannot be written: the disk is full.`,
    )
    expect(await readFile(path, 'utf8')).toBe('old')
    expect(await readdir(directory)).toEqual(['stack.yaml'])
  } finally {
    await run('umount', [directory])
  }
})
