import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { openRepository } from '../../../electron/backup/repository/open-repository.ts'
import type { BackupSource } from '../../../electron/backup/sources/source.ts'
import { aBackupSource, aDirectory, aFile } from '../../support/a-backup-source.ts'
import { backUp, noSignal } from '../../support/a-repository.ts'

// A process of its own that writes to a repository, and is killed meanwhile.

export type ChildOrder = { directory: string; kind: 'backup' | 'prune' | 'verify'; from?: string }

/** What is backed up here; with another number another file and another configuration. */
export function someSources(number: number): BackupSource[] {
  const block = (name: string) => [
    aDirectory(name),
    aFile(`${name}/chunks`, `chunks of ${name}`.repeat(2000)),
    aFile(`${name}/meta.json`, `{"block":"${name}"}`),
  ]
  return [
    aBackupSource([aDirectory('.'), aFile('prometheus.yml', `# ${number}\n`)], {
      id: 'configuration',
      packing: 'self-contained',
    }),
    aBackupSource([aDirectory('.'), ...block('01A'), ...block(`0${number}B`)], {
      id: 'prometheus:odin/prometheus',
      packing: 'whole-directories',
    }),
    aBackupSource([aFile('same', 'same'), aFile(`new ${number}`, `new ${number}`.repeat(50))]),
  ]
}

/** Plain files of a directory, read as they are. */
async function filesIn(directory: string): Promise<BackupSource> {
  const names = (await readdir(directory)).sort()
  const items = names.map(async (name) => {
    const path = join(directory, name)
    const { size } = await stat(path)
    return aFile(name, '', { sizeBytes: size, open: () => createReadStream(path) })
  })
  return aBackupSource(await Promise.all(items), { id: 'volume:files' })
}

if (import.meta.main) {
  const { directory, kind, from }: ChildOrder = JSON.parse(process.argv[2] ?? '')
  const repository = await openRepository(directory, { recipients: [] })
  if (kind === 'backup') {
    const sources = from === undefined ? someSources(3) : [await filesIn(from)]
    console.log((await backUp(repository, ...sources)).id)
  } else if (kind === 'verify') {
    console.log(JSON.stringify(await repository.verify('all', noSignal(), () => {})))
  } else {
    const { sound } = await repository.snapshots()
    const oldest = sound.at(-1)?.id ?? ''
    const forget = [{ id: oldest, reason: 'for the test' }]
    await repository.prune(forget, { dryRun: false, signal: noSignal() })
    console.log(oldest)
  }
}
