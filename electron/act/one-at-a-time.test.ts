import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { NotYourTurn, operationInProgress, takeTurn } from './one-at-a-time.ts'

let stateDirectory: string
beforeEach(async () => {
  stateDirectory = await mkdtemp(join(tmpdir(), 'turns-'))
})
afterEach(() => rm(stateDirectory, { recursive: true, force: true }))

test('the second waits until the first is over', async () => {
  const first = await takeTurn(stateDirectory, 'one')
  expect(await operationInProgress(stateDirectory)).toBe('one')
  await expect(takeTurn(stateDirectory, 'two')).rejects.toThrow(NotYourTurn)
  await first.over()
  expect(await operationInProgress(stateDirectory)).toBeUndefined()
  await (await takeTurn(stateDirectory, 'two')).over()
  expect(await readdir(join(stateDirectory, 'turns'))).toEqual(['2.over'])
})

test('of many at once exactly one gets the turn', async () => {
  const tries = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) => takeTurn(stateDirectory, `${index}`)),
  )
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})

test('of many who find a dead holder exactly one takes over', async () => {
  await killedWhileHolding()
  const tries = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) => takeTurn(stateDirectory, `${index}`)),
  )
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})

test('a holder that was killed holds nothing', async () => {
  await killedWhileHolding()
  expect(await operationInProgress(stateDirectory)).toBeUndefined()
  await (await takeTurn(stateDirectory, 'next')).over()
})

test.each([
  ['another process that got the same ID', { startedAt: '1' }],
  ['the same ID before a reboot', { boot: 'another-boot' }],
])('%s holds nothing', async (_what, change) => {
  await takeTurn(stateDirectory, 'one')
  const path = join(stateDirectory, 'turns', '1')
  await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), ...change }))
  expect(await operationInProgress(stateDirectory)).toBeUndefined()
})

async function killedWhileHolding(): Promise<void> {
  const module = join(import.meta.dirname, 'one-at-a-time.ts')
  const code = `
    const { takeTurn } = await import(${JSON.stringify(module)})
    await takeTurn(${JSON.stringify(stateDirectory)}, 'killed')
    process.kill(process.pid, 'SIGKILL')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'inherit' })
  const [, signal] = await once(child, 'exit')
  expect(signal).toBe('SIGKILL')
}
