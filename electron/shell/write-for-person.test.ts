import { mkdir, mkdtemp, readFile, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { writeForPerson } from './write-for-person.ts'

test('a report lands among the downloads, and never over an earlier one', async () => {
  const home = await mkdtemp(join(tmpdir(), 'person-'))
  expect(dirname(await writeForPerson('report', 'at home', home))).toBe(home)
  await mkdir(join(home, 'Downloads'))
  const first = await writeForPerson('report', 'first', home)
  const second = await writeForPerson('report', 'second', home)
  expect(dirname(first)).toBe(join(home, 'Downloads'))
  expect(second).not.toBe(first)
  expect(await readFile(first, 'utf8')).toBe('first')
  expect((await stat(first)).mode & 0o777).toBe(0o600)
})
