import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { openDestination } from '../../../electron/adapters/archive/place-safely.ts'
import { takeLeastPriority } from '../../../electron/backup/process/least-priority.ts'
import {
  createRepository,
  isRepository,
  openRepository,
} from '../../../electron/backup/repository/open-repository.ts'
import { boundDirectorySource } from '../../../electron/backup/sources/host/configuration.ts'
import { openKnownFiles } from '../../../electron/backup/sources/host/known-files.ts'

// A process of its own that backs one directory up with our repository, as its peers do with
// theirs: node our-backup.ts backup|backup-kindly|restore|check REPOSITORY DIRECTORY

const [deed, directory = '', data = ''] = process.argv.slice(2)
const signal = new AbortController().signal
const key = { recipients: [] }
const cacheDirectory = `${directory}.cache`

const repository = (await isRepository(directory))
  ? await openRepository(directory, key, { cacheDirectory })
  : await createRepository(directory, key, { cacheDirectory })

if (deed === 'backup-kindly') await takeLeastPriority()
if (deed === 'backup' || deed === 'backup-kindly') {
  await mkdir(cacheDirectory, { recursive: true })
  const known = await openKnownFiles(join(cacheDirectory, 'known'))
  const draft = await repository.begin()
  const source = boundDirectorySource({ path: data, usedBy: [] }, { known })
  const { gaps } = await draft.add(source, signal, () => {})
  if (gaps.length > 0) throw new Error(gaps.join(' '))
  const { manifest } = await draft.commit(
    {
      ...{ stack: 'bench', reason: 'manual', startedAt: new Date().toISOString() },
      ...{ machine: 'bench', engine: null, images: {}, gaps: [], writtenBy: 'bench' },
    },
    signal,
  )
  await known.save()
  console.log(JSON.stringify({ addedBytes: manifest.addedBytes }))
} else if (deed === 'check') {
  const damages = await repository.verify('all', signal, () => {})
  if (damages.some(({ packs, papers }) => packs.length + papers.length > 0)) process.exitCode = 1
} else {
  await rm(data, { recursive: true, force: true })
  await mkdir(data)
  const [newest] = (await repository.snapshots()).sound
  const files = await repository.files(newest?.id ?? '')
  const destination = await openDestination(data)
  for (const file of files) if (file.type !== 'file') await destination.place(file)
  await repository.read(
    files.filter(({ type }) => type === 'file'),
    (file, content) => destination.place(file, content),
    signal,
    2,
  )
  await destination.finish()
  await destination.close()
}
console.log(JSON.stringify({ peakMiB: process.resourceUsage().maxRSS / 1024 }))
