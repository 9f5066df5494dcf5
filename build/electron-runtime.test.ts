import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findElectron } from './electron-runtime.ts'

const execute = promisify(execFile)
const before = process.env['ELECTRON_OVERRIDE_DIST_PATH']
let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'electron-'))
  process.env['ELECTRON_OVERRIDE_DIST_PATH'] = directory
})
afterEach(async () => {
  if (before === undefined) delete process.env['ELECTRON_OVERRIDE_DIST_PATH']
  else process.env['ELECTRON_OVERRIDE_DIST_PATH'] = before
  await rm(directory, { recursive: true, force: true })
})

test('a named folder is the one that is used', async () => {
  await writeFile(join(directory, 'electron'), '')
  await writeFile(join(directory, 'version'), 'v45.4.1\n')
  expect(await findElectron({ forTests: false })).toEqual({
    path: join(directory, 'electron'),
    directory,
    version: '45.4.1',
    origin: 'override',
  })
})

test('a named folder without Electron is no reason to take another one', async () => {
  expect(await findElectron({ forTests: true })).toEqual({
    problem: `ELECTRON_OVERRIDE_DIST_PATH is ${directory}, and there is no electron in it.`,
  })
})

test('the copy for tests is known by its marker, and never packaged to be shipped', async () => {
  await writeFile(join(directory, 'electron'), '')
  await writeFile(join(directory, 'THIRD-PARTY-TEST-COPY'), '')
  expect(await findElectron({ forTests: false })).toMatchObject({ origin: 'third-party test copy' })
  const dist = execute(process.execPath, [join(import.meta.dirname, 'dist.ts')])
  await expect(dist).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Nothing was packaged'),
  })
})
