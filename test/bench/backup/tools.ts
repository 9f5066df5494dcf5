import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'vite'
import { nodeConfig } from '../../../build/bundle.ts'
import { node } from '../watching.ts'
import { costOf } from './cost.ts'

export type Tool = {
  name: string
  backup: readonly string[]
  restore: readonly string[]
  check: readonly string[]
  repository: string
  /** Where it restores to. */
  back: string
  /** What is to be like the data then. */
  tree: string
  env?: Readonly<Record<string, string>>
}

/** Bundled as the app ships its own backup process; the path of the program. */
export async function bundledBackup(site: string): Promise<string> {
  const entry = 'test/bench/backup/our-backup.ts'
  await build(nodeConfig({ entry, outDir: site, file: 'our-backup.mjs', format: 'es' }))
  return join(site, 'our-backup.mjs')
}

/** Ours, restic, borg, and what tar and zstd do without any of them. */
export function toolsIn(site: string, data: string, program: string): [Tool, Tool, Tool, Tool] {
  const at = (name: string) => join(site, name)
  const ours = (deed: string, directory: string) => [node, program, deed, at('ours'), directory]
  const shell = (script: string, ...args: string[]) => ['sh', '-c', script, 'sh', ...args]
  return [
    {
      name: 'ours',
      repository: at('ours'),
      back: at('ours-back'),
      tree: at('ours-back'),
      backup: ours('backup', data),
      restore: ours('restore', at('ours-back')),
      check: ours('check', data),
    },
    {
      name: 'restic',
      repository: at('restic'),
      back: at('restic-back'),
      tree: join(at('restic-back'), data),
      backup: ['restic', 'backup', '--quiet', data],
      restore: ['restic', 'restore', '--quiet', 'latest', '--target', at('restic-back')],
      check: ['restic', 'check', '--quiet', '--read-data'],
      env: {
        RESTIC_REPOSITORY: at('restic'),
        RESTIC_PASSWORD: 'bench',
        RESTIC_CACHE_DIR: at('restic-cache'),
      },
    },
    {
      name: 'borg',
      repository: at('borg'),
      back: at('borg-back'),
      tree: join(at('borg-back'), data),
      backup: ['borg', 'create', '--compression', 'zstd,3', `${at('borg')}::{now:%s.%f}`, data],
      // The newest archive, found by its place: borg extracts into where it is called.
      restore: shell(
        'mkdir "$1" && cd "$1" && borg extract "$2::$(borg list --last 1 --short "$2")"',
        at('borg-back'),
        at('borg'),
      ),
      check: ['borg', 'check', '--verify-data', at('borg')],
      env: { BORG_BASE_DIR: at('borg-home'), BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: 'yes' },
    },
    {
      name: 'tar | zstd -3',
      repository: at('tar'),
      back: at('tar-back'),
      tree: at('tar-back'),
      backup: shell(
        'tar -C "$1" -c . | zstd -3 -q -f -o "$2/all.tar.zst" && sync "$2/all.tar.zst"',
        data,
        at('tar'),
      ),
      restore: shell(
        'mkdir -p "$1" && zstd -dc "$2/all.tar.zst" | tar -C "$1" -x',
        at('tar-back'),
        at('tar'),
      ),
      check: shell('zstd -t -q "$1/all.tar.zst"', at('tar')),
    },
  ]
}

/** Neither borg nor we encrypt; restic cannot do otherwise. */
export async function prepare({ name, repository, env }: Tool): Promise<void> {
  if (name === 'restic') await costOf(['restic', 'init', '--quiet'], env)
  else if (name === 'borg') await costOf(['borg', 'init', '--encryption', 'none', repository], env)
  else if (name !== 'ours') await mkdir(repository)
}
