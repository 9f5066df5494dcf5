import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { watchDirectory } from './watch-directory.ts'

let root: string
const stops: (() => void)[] = []

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'watch-directory-'))
})
afterEach(async () => {
  for (const stop of stops.splice(0)) stop()
  await rm(root, { recursive: true, force: true })
})

/** Resolves when the name has been reported since the last call with it. */
async function watching(directory: string) {
  const seen = new Set<string | undefined>()
  let wake = () => {}
  stops.push(
    await watchDirectory(directory, (name) => {
      seen.add(name)
      wake()
    }),
  )
  return async (name: string) => {
    while (!seen.delete(name)) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
}

test('reports what is written and what is renamed into place, again and again', async () => {
  const reported = await watching(root)
  for (const round of ['1', '2', '3']) {
    await writeFile(join(root, 'new'), round)
    await rename(join(root, 'new'), join(root, 'config.json'))
    await reported('config.json')
  }
})

test('waits for a directory that is missing, several levels deep', async () => {
  const directory = join(root, 'a', 'b', 'c')
  const reported = await watching(directory)
  await mkdir(directory, { recursive: true })
  for (let round = 0; ; round++) {
    // Until the watch has come down all levels, a file in there may go unreported.
    await writeFile(join(directory, 'file'), String(round))
    const result = await Promise.race([
      reported('file').then(() => 'reported'),
      new Promise((resolve) => setImmediate(resolve)),
    ])
    if (result === 'reported') break
  }
})

test('after stop nothing is reported', async () => {
  let count = 0
  const stop = await watchDirectory(root, () => {
    count++
  })
  const reported = await watching(root)
  stop()
  await writeFile(join(root, 'file'), '')
  await reported('file')
  expect(count).toBe(0)
})
