import {
  chmod,
  lstat,
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
import { afterEach, beforeEach, expect, test } from 'vitest'
import { replaceFile } from './replace-file.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'replace-file-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

test('makes a file and its directories, private to the user', async () => {
  const path = join(directory, 'a', 'b.json')
  await replaceFile(path, '{}\n')
  expect(await readFile(path, 'utf8')).toBe('{}\n')
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect((await stat(join(directory, 'a'))).mode & 0o777).toBe(0o700)
})

test('keeps the mode of the file it replaces', async () => {
  const path = join(directory, 'file')
  await writeFile(path, 'old')
  await chmod(path, 0o640)
  await replaceFile(path, 'new')
  expect(await readFile(path, 'utf8')).toBe('new')
  expect((await stat(path)).mode & 0o777).toBe(0o640)
})

test('replaces what a symlink points to and leaves the symlink', async () => {
  const real = join(directory, 'real')
  const link = join(directory, 'link')
  await writeFile(real, 'old')
  await symlink(real, link)
  await replaceFile(link, 'new')
  expect((await lstat(link)).isSymbolicLink()).toBe(true)
  expect(await readFile(real, 'utf8')).toBe('new')
})

test('leaves the old content and no litter when it cannot finish', async () => {
  const path = join(directory, 'taken')
  await rm(path, { force: true })
  await replaceFile(join(path, 'inside'), 'x')
  await expect(replaceFile(path, 'cannot replace a directory')).rejects.toThrow(/EISDIR|ENOTEMPTY/)
  expect(await readdir(directory)).toEqual(['taken'])
})
