import { readFile, truncate } from 'node:fs/promises'
import { basename } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRepository } from '../../../electron/backup/repository/open-repository.ts'
import { noSignal } from '../../support/a-repository.ts'
import { check, damageTimes, openLanes, replace } from './damaged-lanes.ts'

// Ten thousand damages: five thousand here, and as many beside (damage-again), on another core.

let world: Awaited<ReturnType<typeof openLanes>>
beforeAll(async () => {
  world = await openLanes()
})
afterAll(() => world.close())

test('the first 5,000 damages are each found and named', { timeout: 400_000 }, async () => {
  for (const lane of world.lanes) expect(await check(lane)).toEqual([])
  expect(await damageTimes(world.lanes, 5_000, 0)).toEqual([])
  for (const lane of world.lanes) expect(await check(lane)).toEqual([])
})

test('with every pack damaged in turn, every file of the others can be read', async () => {
  const [of] = world.lanes
  if (!of) throw new Error('There is no repository.')
  const { directory, newest, packs } = of
  const repository = await openRepository(directory, { recipients: [] })
  const files = (await repository.files(newest)).filter(({ type }) => type === 'file')
  for (const path of packs) {
    const content = await readFile(path)
    await truncate(path, Math.floor(content.length / 2))
    const lost = files.filter(({ pack }) => pack === basename(path).slice(0, 64))
    const readOnes: string[] = []
    const reading = repository.read(
      files,
      async (file, stream) => {
        for await (const _chunk of stream);
        readOnes.push(file.path)
      },
      noSignal(),
    )
    if (lost.length > 0)
      await expect(reading).rejects.toThrow(/is damaged; everything else was read/)
    else await reading
    const sound = files.filter((file) => !lost.includes(file)).map((file) => file.path)
    expect(readOnes).toEqual(expect.arrayContaining(sound))
    await replace(path, content)
  }
})
