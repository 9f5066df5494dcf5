import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { diskProblem } from '../../adapters/disk/disk-problem.ts'
import { writeWhole } from '../../adapters/disk/write-whole.ts'

// Keys of encrypted snapshots, each locked with a passphrase, beside what they open: whoever has a
// copy of the repository and the passphrase can read it.

const keysIn = (repository: string) => join(repository, 'keys')

/** Of all locked keys. */
export async function keyFilesIn(repository: string): Promise<string[]> {
  const directory = keysIn(repository)
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw diskProblem(error, directory, `${directory} cannot be read`)
  })
  return names
    .filter((name) => name.endsWith('.age') && !name.startsWith('.'))
    .toSorted()
    .map((name) => join(directory, name))
}

/** Writes one and says where; one that is there stays, and the new one is numbered. */
export async function keepKeyFile(
  repository: string,
  recipient: string,
  locked: Uint8Array,
): Promise<string> {
  const taken = new Set(await keyFilesIn(repository))
  let path = join(keysIn(repository), `${recipient}.age`)
  for (let number = 2; taken.has(path); number += 1) {
    path = join(keysIn(repository), `${recipient}.${number}.age`)
  }
  await writeWhole(path, locked)
  return path
}

export const isKeyFileOf = (path: string, recipient: string): boolean =>
  path.includes(`/${recipient}.`)
