import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'

/** New for every test of a file, and gone after it. */
export type RepositoryPlace = {
  readonly root: string
  /** In it; nothing is there yet. */
  readonly directory: string
  packs(): Promise<string[]>
}

export function aPlaceForARepository(): RepositoryPlace {
  let root = ''
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'repository-'))
  })
  afterEach(() => rm(root, { recursive: true, force: true }))
  const directory = () => join(root, 'repository')
  return {
    get root() {
      return root
    },
    get directory() {
      return directory()
    },
    async packs() {
      const all = await readdir(join(directory(), 'packs'), { recursive: true })
      return all.filter((name) => name.includes('.tar.zst'))
    },
  }
}

/** Of a repository that is not encrypted. */
export const plain = { recipients: [] }
