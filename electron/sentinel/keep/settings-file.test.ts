import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { usualSettings } from '../../../shared/settings/settings.ts'
import { type SettingsFile, settingsFile } from './settings-file.ts'

let root: string
let said: string[]
const open: SettingsFile[] = []

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'settings-'))
  said = []
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.stop()))
  await rm(root, { recursive: true, force: true })
})

async function aFile(text?: string): Promise<SettingsFile> {
  const configDirectory = join(root, 'config')
  if (text !== undefined) await write(text)
  const file = settingsFile({
    configDirectory,
    stateDirectory: join(root, 'state'),
    settleMs: 5,
  })
  open.push(file)
  await file.start((sentence) => said.push(sentence))
  return file
}

/** As editors do: a file beside it, and a rename. */
async function write(text: string): Promise<void> {
  const directory = join(root, 'config')
  await mkdir(directory, { recursive: true })
  await writeFile(join(directory, '.settings.yaml.new'), text)
  await rename(join(directory, '.settings.yaml.new'), join(directory, 'settings.yaml'))
}

const next = (file: SettingsFile) =>
  new Promise((resolve) => {
    const stop = file.onChange((settings) => {
      stop()
      resolve(settings)
    })
  })

test('without a file the usual settings hold, and one that comes is taken up', async () => {
  const file = await aFile()
  expect(file.inForce()).toEqual(usualSettings)
  const changed = next(file)
  await write('notifications: { floor: critical }\n')
  expect(await changed).toMatchObject({ notifications: { floor: 'critical' } })
  expect(said).toEqual([])
})

test('a broken edit leaves the last good one in force, is said once, and its end too', async () => {
  const file = await aFile('notifications: { floor: critical }\n')
  await write('notifications: { floor: criticle }\n')
  await file.lookNow()
  await file.lookNow()
  expect(file.inForce().notifications.floor).toBe('critical')
  expect(said).toHaveLength(1)
  expect(said[0]).toMatch(
    /^Settings cannot be used, .*settings\.yaml: Line 1, column 25: .* nearest is critical\. The version read at .* stays in force\.$/,
  )
  await write('notifications: { floor: warning }\n')
  await file.lookNow()
  expect(file.inForce().notifications.floor).toBe('warning')
  expect(said[1]).toMatch(/^Settings can be used again/)
})

test('the last good one is known after a restart; without one nothing is in force', async () => {
  const before = await aFile('notifications: { floor: critical }\n')
  await before.stop()
  const after = await aFile('floor: critical\n')
  expect(after.inForce().notifications.floor).toBe('critical')
  await rm(join(root, 'state'), { recursive: true })
  const fresh = await aFile('forward: { webhook: { url: "s3cret" } }\n')
  expect(fresh.inForce()).toEqual(usualSettings)
  expect(said.at(-1)).toContain('No good version is known')
  expect(said.join()).not.toContain('s3cret')
})

test('who takes the file away gets the usual settings', async () => {
  const file = await aFile('notifications: { floor: critical }\n')
  const changed = next(file)
  await rm(join(root, 'config/settings.yaml'))
  expect(await changed).toEqual(usualSettings)
})
