import { chmod, chown, link, lutimes, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './run.ts'

/** Names, modes, owners, times and links as they come only in real volumes. Needs root. */
export async function makeOddTree(tree: string): Promise<void> {
  await mkdir(join(tree, 'sub/deep'), { recursive: true })
  await writeFile(join(tree, 'plain'), 'plain\n')
  await writeFile(join(tree, 'a name\twith\nodd signs – ü'), 'odd\n')
  await writeFile(join(tree, 'sub/large'), Buffer.alloc(3_000_001, 'large'))
  await writeFile(join(tree, 'sub/deep/empty'), '')
  await writeFile(join(tree, 'setuid'), '#!/bin/sh\n')
  await link(join(tree, 'plain'), join(tree, 'sub/hard'))
  await symlink('../plain', join(tree, 'sub/soft'))
  await symlink('/nowhere/at/all', join(tree, 'dangling'))
  await run('mkfifo', [join(tree, 'pipe')])
  for (const [path, uid, gid, mode] of [
    ['plain', 65_534, 65_534, 0o640],
    ['setuid', 0, 4_000_000, 0o4755],
    ['sub/large', 472, 0, 0o400],
    ['sub/deep', 1000, 1000, 0o1777],
    ['sub', 70, 70, 0o2700],
    ['.', 999, 999, 0o700],
  ] as const) {
    await chown(join(tree, path), uid, gid)
    await chmod(join(tree, path), mode)
  }
  await lutimes(join(tree, 'plain'), 1_000_000_000, 1_000_000_000)
}
