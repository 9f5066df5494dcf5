import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openOperations, settle } from '../../../electron/act/open-operations.ts'
import type { Plan } from '../../../shared/plan/plan.ts'
import { aDockerDirectory } from '../../support/a-docker-directory.ts'
import type { Moment } from './killing-journal.ts'
import { type ChildOrder, realOps } from './operation-child.ts'

const engineId = 'ENGINE-OF-HOME'
const before = `{
\t"auths": { "registry.example": { "auth": "c2VjcmV0" } },
\t"unknownToUs": [1, 2.50],
\t"currentContext": "rootless"
}
`

let root: string
let configDirectory: string
let stateDirectory: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'killed-'))
  stateDirectory = join(root, 'state')
  const contexts = { 'desktop-linux': 'unix:///d.sock', rootless: 'unix:///r.sock' }
  configDirectory = await aDockerDirectory(join(root, 'docker'), contexts, before)
})
afterEach(() => rm(root, { recursive: true, force: true }))

const configFile = () => join(configDirectory, 'config.json')

const aPlan = (): Plan => ({
  intent: { kind: 'switch-back' },
  stack: 'odin',
  steps: [
    { kind: 'KeepCopy', file: configFile(), cause: 'it is written to' },
    {
      kind: 'SelectContext',
      configDirectory,
      from: 'rootless',
      to: 'desktop-linux',
      cause: 'home is desktop-linux',
    },
    { kind: 'VerifyEngine', endpoint: 'unix:///d.sock', engineId, cause: 'names may lie' },
  ],
  warnings: [],
})

async function runChild(record: number, moment: Moment): Promise<NodeJS.Signals | null> {
  const order: ChildOrder = { stateDirectory, plan: aPlan(), record, moment }
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'operation-child.ts'), JSON.stringify(order)],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const [code, signal] = await once(child, 'exit')
  if (signal === null) expect(code).toBe(0)
  return signal
}

const settleParts = () => ({ ops: realOps(engineId), stateDirectory, onProgress() {} })
const current = async () => JSON.parse(await readFile(configFile(), 'utf8')).currentContext

/** intent, done for each of three steps, and the end. */
const records = [1, 2, 3, 4, 5, 6, 7]
const moments: Moment[] = ['before', 'torn', 'after']
const kills = records.flatMap((record) => moments.map((moment) => ({ record, moment })))
const lastWord = kills.at(-1)

describe.each(kills.slice(0, -1))('killed $moment journal record $record', ({ record, moment }) => {
  test('the next start finds it and puts config.json back as it was', async () => {
    expect(await runChild(record, moment)).toBe('SIGKILL')

    const [open, ...others] = await openOperations(stateDirectory)
    expect(others).toEqual([])
    if (!open) throw new Error('The interrupted operation was not found.')
    expect(open.problem).toBeUndefined()

    const view = await settle(open, 'roll-back', settleParts())
    expect(view.outcome).toBe('rolled-back')
    expect(await readFile(configFile(), 'utf8')).toBe(before)
    expect((await stat(configFile())).mode & 0o777).toBe(0o600)
    expect(await openOperations(stateDirectory)).toEqual([])
    await expect(settle(open, 'roll-back', settleParts())).rejects.toThrow(/already ended/)
  })
})

test('killed after its last word it has ended', async () => {
  expect(await runChild(lastWord?.record ?? 0, 'after')).toBe('SIGKILL')
  expect(await openOperations(stateDirectory)).toEqual([])
  expect(await current()).toBe('desktop-linux')
})

test('not killed it is done, and the copy from before is kept', async () => {
  expect(await runChild(0, 'before')).toBeNull()
  expect(await openOperations(stateDirectory)).toEqual([])
  expect(await current()).toBe('desktop-linux')
  const [id] = await readdir(join(stateDirectory, 'operations'))
  const copy = join(stateDirectory, 'operations', id ?? '', 'keep', configFile())
  expect(await readFile(copy, 'utf8')).toBe(before)
  expect((await stat(copy)).mode & 0o777).toBe(0o600)
})

test('all steps done and only the last word missing, it can be accepted', async () => {
  await runChild(7, 'before')
  const [open] = await openOperations(stateDirectory)
  expect(open?.allDone).toBe(true)
  const view = await settle({ id: open?.id ?? '' }, 'accept', settleParts())
  expect(view.outcome).toBe('done')
  expect(await current()).toBe('desktop-linux')
})

test('half done it cannot be accepted', async () => {
  await runChild(4, 'before')
  const [open] = await openOperations(stateDirectory)
  await expect(settle({ id: open?.id ?? '' }, 'accept', settleParts())).rejects.toThrow(
    /can only be rolled back/,
  )
})

test('a context that somebody chose meanwhile is not overruled', async () => {
  await runChild(5, 'after')
  const text = (await readFile(configFile(), 'utf8')).replace('desktop-linux', 'colima')
  await aDockerDirectory(configDirectory, { colima: 'unix:///c.sock' }, text)
  const [open] = await openOperations(stateDirectory)
  expect((await settle({ id: open?.id ?? '' }, 'roll-back', settleParts())).outcome).toBe(
    'rolled-back',
  )
  expect(await current()).toBe('colima')
})

test('where the way back is gone, it says which file to mend and where the copy is', async () => {
  await runChild(5, 'after')
  await rm(join(configDirectory, 'contexts'), { recursive: true })
  const [open] = await openOperations(stateDirectory)
  const view = await settle({ id: open?.id ?? '' }, 'roll-back', settleParts())
  expect(view.outcome).toBe('needs-attention')
  expect(view.sentence).toContain(`Set "currentContext" in ${configFile()} to "rootless" by hand`)
  expect(view.sentence).toContain(join(open?.directory ?? '', 'keep', configFile()))
})
