import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { aBackupSource } from '../../../test/support/a-backup-source.ts'
import { aPlaceForARepository, plain } from '../../../test/support/a-place-for-a-repository.ts'
import { aRepository, backUp, contentsOf, noSignal } from '../../../test/support/a-repository.ts'
import { newIdentity } from '../../adapters/archive/sealed-text.ts'
import { openRepository } from './open-repository.ts'

const place = aPlaceForARepository()

describe('encrypted', () => {
  test('nothing is readable without the key, and lists are remembered for this user', async () => {
    const { identity, recipient } = await newIdentity()
    const cacheDirectory = join(place.root, 'cache')
    const repository = await aRepository(
      place.directory,
      { recipients: [recipient], identity },
      { cacheDirectory },
    )
    const { id } = await backUp(repository, aBackupSource({ 'hidden-name': 'hidden-content' }))
    for (const name of await readdir(place.directory, { recursive: true, withFileTypes: true })) {
      if (!name.isFile()) continue
      const content = await readFile(join(name.parentPath, name.name), 'latin1')
      expect(content).not.toContain('hidden-')
    }
    expect(await contentsOf(repository, await repository.files(id))).toEqual({
      'volume:data/hidden-name': 'hidden-content',
    })
    expect(await repository.verify('all', noSignal(), () => {})).toEqual([])

    // Without the identity a backup goes on, and still knows what is there.
    const sealed = await openRepository(
      place.directory,
      { recipients: [recipient] },
      { cacheDirectory },
    )
    const next = await backUp(sealed, aBackupSource({ 'hidden-name': 'hidden-content' }))
    expect(next.manifest.addedBytes).toBe(0)
    const stranger = await openRepository(place.directory, plain)
    await expect(stranger.files(id)).rejects.toThrow('its key is not in the keyring')
    const files = await repository.files(id)
    await expect(contentsOf(stranger, files)).rejects.toThrow('its key is not in the keyring')
    expect((await stranger.snapshots()).sound).toHaveLength(2)
    expect(await stranger.verify('all', noSignal(), () => {})).toEqual([])
  })

  test('content is shared neither with what is open nor with what is for other keys', async () => {
    const source = () => aBackupSource({ a: 'one' })
    await backUp(await aRepository(place.directory), source())
    const keys = [await newIdentity(), await newIdentity()]
    for (const { identity, recipient } of keys) {
      const repository = await openRepository(place.directory, {
        recipients: [recipient],
        identity,
      })
      const { id, manifest } = await backUp(repository, source())
      expect(manifest.addedBytes).toBeGreaterThan(0)
      expect(await contentsOf(repository, await repository.files(id))).toEqual({
        'volume:data/a': 'one',
      })
    }
  })
})
