import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { expect } from 'vitest'
import { nodeConfig } from '../../../build/bundle.ts'
import { layoutOf } from '../../../electron/backup/repository/layout.ts'
import { openRepository } from '../../../electron/backup/repository/open-repository.ts'
import type { Repository } from '../../../electron/backup/repository/repository.ts'
import { shelf } from '../../../electron/backup/repository/shelf.ts'
import { unneededPacks } from '../../../electron/backup/repository/sweep.ts'
import { verifySnapshots } from '../../../electron/backup/repository/verify.ts'
import { aRepository, backUp, contentsOf, noSignal } from '../../support/a-repository.ts'
import { type ChildOrder, someSources } from './repository-child.ts'

// A repository of three snapshots, copies of it to break, and a process that writes to them.

export type RepositoryWorld = {
  root: string
  /** Of the original, by snapshot. */
  contents: Record<string, Record<string, string>>
  aCopy(): Promise<string>
  /** All of its file system calls come from one thread, so that they can be counted. */
  runChild(order: ChildOrder, ...strace: string[]): Promise<Ended>
  close(): Promise<void>
}

export type Ended = { code: number | null; signal: NodeJS.Signals | null; out: string }

export async function repositoryWorld(): Promise<RepositoryWorld> {
  const root = await mkdtemp(join(tmpdir(), 'repository-faults-'))
  // Bundled it starts in a fifth of the time, and it is started hundreds of times.
  const file = 'child.mjs'
  const entry = 'test/faults/repository/repository-child.ts'
  await build(nodeConfig({ entry, outDir: root, file, format: 'es' }))
  const original = join(root, 'original')
  const repository = await aRepository(original)
  for (const number of [0, 1, 2]) await backUp(repository, ...someSources(number))
  let copies = 0

  return {
    root,
    contents: await contentsOfAll(repository),
    async aCopy() {
      const directory = join(root, `copy-${++copies}`)
      await cp(original, directory, { recursive: true })
      return directory
    },
    async runChild(order, ...strace) {
      const traced = ['-f', '--seccomp-bpf', '-qq', '-o', '/dev/null', ...strace, process.execPath]
      const started = spawn('strace', [...traced, join(root, file), JSON.stringify(order)], {
        stdio: ['ignore', 'pipe', 'ignore'],
        env: { ...process.env, UV_THREADPOOL_SIZE: '1' },
      })
      let out = ''
      started.stdout.on('data', (chunk) => {
        out += String(chunk)
      })
      const [code, signal] = await once(started, 'close')
      return { code, signal, out }
    },
    close: () => rm(root, { recursive: true, force: true }),
  }
}

export const openPlain = (directory: string) => openRepository(directory, { recipients: [] })

export async function contentsOfAll(repository: Repository) {
  const { sound } = await repository.snapshots()
  const found: Record<string, Record<string, string>> = {}
  for (const { id } of sound) found[id] = await contentsOf(repository, await repository.files(id))
  return found
}

/** Nothing damaged, and nothing there that no snapshot needs. */
export async function expectClean(directory: string): Promise<void> {
  const layout = layoutOf(directory)
  const onShelf = shelf(layout, {})
  const { broken } = await onShelf.snapshots()
  expect(broken).toEqual([])
  expect(await readdir(layout.tmp)).toEqual([])
  expect([...(await unneededPacks(onShelf)).keys()]).toEqual([])
}

export async function expectNoDamage(directory: string): Promise<void> {
  const layout = layoutOf(directory)
  const found = await verifySnapshots(await readdir(layout.snapshots), {
    layout,
    filesOf: (id) => shelf(layout, {}).files(id),
    signal: noSignal(),
    onBytes() {},
  })
  for (const damage of found) {
    expect(damage).toEqual({ snapshot: damage.snapshot, packs: [], files: [], papers: [] })
  }
}
