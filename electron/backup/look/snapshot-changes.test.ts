import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { aRepository, backUp, noSignal } from '../../../test/support/a-repository.ts'
import { aStack } from '../../../test/support/a-world.ts'
import type { Repository } from '../repository/repository.ts'
import { configurationSource } from '../sources/host/configuration.ts'
import { presentSide, snapshotChanges, snapshotSide } from './snapshot-changes.ts'

let directory: string
let repository: Repository
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'changes-'))
  repository = await aRepository(join(directory, 'repository'))
  await mkdir(odin('rules'), { recursive: true })
  await writeFile(odin('compose.yml'), 'services: {}\n')
  await writeFile(odin('rules', 'a.yml'), 'one\ntwo\nthree\n')
  await writeFile(odin('rules', 'binary'), Buffer.from([0, 1, 2]))
  await writeFile(odin('.env'), 'GF_PASSWORD=hunter2hunter2\nPORT=3000\n')
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const odin = (...parts: string[]) => join(directory, 'odin', ...parts)
const path = (...parts: string[]) => odin(...parts).slice(1)

function source() {
  const services = [{ name: 'p', image: 'p', ports: [], config: [odin('rules')] }]
  const starts = [{ files: [odin('compose.yml')], envFiles: [], services }]
  const projects = [{ name: 'odin', workingDir: odin(), starts }]
  return configurationSource({ stack: { ...aStack(), projects }, containers: [], env: {} })
}

async function change(): Promise<void> {
  await writeFile(odin('rules', 'a.yml'), 'one\n2\nthree\n')
  await writeFile(odin('rules', 'binary'), Buffer.from([0, 1, 3]))
  await writeFile(odin('rules', 'new.yml'), 'new\n')
  await writeFile(odin('.env'), 'GF_PASSWORD=swordfish-swordfish\nPORT=3000\n')
  await chmod(odin('compose.yml'), 0o600)
}

const expected = () => [
  ['configuration', 'changed', path('.env')],
  ['configuration', 'mode', path('compose.yml')],
  ['configuration', 'changed', path('rules', 'a.yml')],
  ['configuration', 'changed', path('rules', 'binary')],
  ['configuration', 'added', path('rules', 'new.yml')],
]

async function againstNow(id: string) {
  const before = await snapshotSide(repository, id)
  return snapshotChanges(before, await presentSide([source()], noSignal()), noSignal())
}

test('nothing is different from what is there, until it is', async () => {
  const { id } = await backUp(repository, source())
  expect(await againstNow(id)).toEqual([])
  await change()
  const changes = await againstNow(id)
  expect(changes.map((one) => [one.component, one.change, one.path])).toEqual(expected())
})

test('two snapshots, with the texts that are different', async () => {
  const first = await backUp(repository, source())
  await change()
  const second = await backUp(repository, source())
  const changes = await snapshotChanges(
    await snapshotSide(repository, first.id),
    await snapshotSide(repository, second.id),
    noSignal(),
  )
  expect(changes.map((one) => [one.component, one.change, one.path])).toEqual(expected())
  const diffs = new Map(changes.map((one) => [one.path, one.diff]))
  expect(diffs.get(path('rules', 'a.yml'))).toContain('\n one\n-two\n+2\n three\n')
  expect(diffs.get(path('rules', 'new.yml'))).toContain('+new\n')
  expect(diffs.get(path('rules', 'binary'))).toBeNull()
  expect(diffs.get(path('compose.yml'))).toBeNull()
  expect(changes[2]).toMatchObject({ sizeBefore: 14, sizeAfter: 12 })
  expect(changes[4]).toMatchObject({ sizeBefore: null, sizeAfter: 4 })
})

test('a secret shows that it has changed, and not to what', async () => {
  const { id } = await backUp(repository, source())
  await change()
  const [env] = await againstNow(id)
  expect(env?.diff).toMatch(
    /\n-GF_PASSWORD=<secret [0-9a-f]{4}>\n\+GF_PASSWORD=<secret [0-9a-f]{4}>\n PORT=3000\n/,
  )
  expect(JSON.stringify(env)).not.toMatch(/hunter2|swordfish/)
})

test('components that only one of them has are left alone', async () => {
  const { id } = await backUp(repository, source())
  const before = await snapshotSide(repository, id)
  expect(await snapshotChanges(before, await presentSide([], noSignal()), noSignal())).toEqual([])
})
