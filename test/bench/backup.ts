import { mkdtemp, rm } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { ensurePackages } from '../../build/debian-packages.ts'
import { bytesIn } from '../../electron/backup/repository/bytes-in.ts'
import { measureBesideTheApp } from './backup/beside-the-app.ts'
import { type Cost, costOf, least, leastOf } from './backup/cost.ts'
import { changeSome, someData } from './backup/some-data.ts'
import { bundledBackup, prepare, type Tool, toolsIn } from './backup/tools.ts'
import type { Measured } from './report.ts'

// Our repository beside restic, borg and tar|zstd, on the same data in one run: first backup,
// unchanged, after some files changed, restore, and a check that reads everything. What each of
// them computed (user and system time) stands below its row: on a busy machine that is what counts.

const packages = ['restic', 'borgbackup', 'zstd']
/** The least of so many for what is quick. */
const rounds = 5
/** And for a restore, in turns: the disk is busy at times with what others have left to it. */
const restores = 3

export async function measureBackup(): Promise<Measured[]> {
  const problem = await ensurePackages(packages)
  if (problem) {
    console.log(`Backups not measured: ${problem}.`)
    return []
  }
  const site = await mkdtemp('/var/tmp/odin-bench-backup-')
  try {
    const program = await bundledBackup(site)
    console.log(`load ${loadavg()[0]?.toFixed(1)}`)
    const beside = await besideOthers(site, program)
    return [...beside, ...(await measureBesideTheApp(site, program))]
  } finally {
    console.log(`load ${loadavg()[0]?.toFixed(1)}`)
    await rm(site, { recursive: true, force: true })
  }
}

/** With nothing left to write by whoever was measured before. */
async function costAlone(command: readonly string[], { env }: Tool): Promise<Cost> {
  await costOf(['sync'])
  return costOf(command, env)
}

/** Into a directory that is not there yet, which goes again once it was seen to hold all of it. */
async function restoredAnew(tool: Tool, data: string): Promise<Cost> {
  try {
    const cost = await costAlone(tool.restore, tool)
    await costOf(['diff', '-r', '--no-dereference', data, tool.tree])
    return cost
  } finally {
    await rm(tool.back, { recursive: true, force: true })
  }
}

async function besideOthers(site: string, program: string): Promise<Measured[]> {
  const data = join(site, 'data')
  await someData(data)
  const tools = toolsIn(site, data, program)
  const [ours, restic, borg, tar] = tools
  const each = async <T>(measure: (tool: Tool) => Promise<T>): Promise<Map<Tool, T>> => {
    const values = new Map<Tool, T>()
    for (const tool of tools) values.set(tool, await measure(tool))
    return values
  }
  const sizes = () => each(({ repository }) => bytesIn(repository))
  for (const tool of tools) await prepare(tool)
  const first = await each((tool) => costAlone(tool.backup, tool))
  const unchanged = await each((tool) => leastOf(rounds, () => costOf(tool.backup, tool.env)))
  const before = await sizes()
  await changeSome(data)
  await each((tool) => costOf(tool.backup, tool.env))
  const after = await sizes()
  const restored = new Map<Tool, Cost>()
  for (let round = 0; round < restores; round += 1) {
    for (const [tool, cost] of await each((tool) => restoredAnew(tool, data))) {
      restored.set(tool, least([restored.get(tool) ?? cost, cost]))
    }
  }
  const checked = await each((tool) => costOf(tool.check, tool.env))
  const addedMiB = (tool: Tool) =>
    ((after.get(tool) ?? Number.NaN) - (before.get(tool) ?? Number.NaN)) / 1024 / 1024

  /** Beside the best of these, and what both of them computed for it. */
  function rows(
    what: string,
    costs: ReadonlyMap<Tool, Cost>,
    peers: readonly Tool[],
    atMost?: number,
  ): Measured[] {
    const cost = (tool: Tool) => costs.get(tool) ?? { ms: Number.NaN, cpuMs: Number.NaN }
    const best = (of: 'ms' | 'cpuMs'): NonNullable<Measured['beside']> =>
      peers
        .map((tool) => ({ what: tool.name, value: cost(tool)[of] }))
        .reduce((a, b) => (a.value <= b.value ? a : b))
    return [
      {
        what,
        ours: cost(ours).ms,
        unit: 'ms',
        beside: best('ms'),
        ...(atMost !== undefined && { claim: { atMost, of: 'ratio' as const } }),
      },
      { what: '… computed for it', ours: cost(ours).cpuMs, unit: 'ms', beside: best('cpuMs') },
    ]
  }
  return [
    ...rows('backup of 1 GB, first', first, [borg], 1),
    ...rows('backup of 1 GB, unchanged', unchanged, [restic, borg], 1.2),
    {
      what: 'bytes added by a change',
      ours: addedMiB(ours),
      unit: 'MiB',
      beside: { what: restic.name, value: addedMiB(restic) },
      claim: { atMost: 1, of: 'ratio' },
    },
    ...rows('restore of 1 GB', restored, [restic, borg], 0.8),
    ...rows('check that reads all of 1 GB', checked, [restic], 1),
    ...rows('backup of 1 GB, as one file of tar', first, [tar]),
  ]
}
