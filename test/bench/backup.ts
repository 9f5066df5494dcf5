import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ensurePackages } from '../../build/debian-packages.ts'
import { bytesIn } from '../../electron/backup/repository/bytes-in.ts'
import type { Measured } from './report.ts'
import { node } from './watching.ts'

// Our repository beside restic, borg and tar|zstd, on the same data in one run: first backup,
// unchanged, after some files changed, restore, and a check that reads everything.

const packages = ['restic', 'borgbackup', 'zstd']
const ourBackup = join(import.meta.dirname, 'our-backup.ts')
/** Median of so many for what is quick. */
const rounds = 3

type Tool = {
  name: string
  backup: readonly string[]
  restore: readonly string[]
  check: readonly string[]
  repository: string
  env?: Readonly<Record<string, string>>
}

export async function measureBackup(): Promise<Measured[]> {
  const problem = await ensurePackages(packages)
  if (problem) {
    console.log(`Backups not measured: ${problem}.`)
    return []
  }
  const site = await mkdtemp('/var/tmp/odin-bench-backup-')
  try {
    const data = join(site, 'data')
    await someData(data)
    const tools = toolsIn(site, data)
    for (const tool of tools) await prepare(tool)
    const first = await each(tools, (tool) => time(tool.backup, tool.env))
    const sizeAfterFirst = await each(tools, ({ repository }) => bytesIn(repository))
    const unchanged = await each(tools, (tool) => best(() => time(tool.backup, tool.env)))
    await changeSome(data)
    await each(tools, (tool) => time(tool.backup, tool.env))
    const sizeAfterChange = await each(tools, ({ repository }) => bytesIn(repository))
    const restored = await each(tools, (tool) => time(tool.restore, tool.env))
    const checked = await each(tools, (tool) => time(tool.check, tool.env))
    const added = sizeAfterChange.map((bytes, index) => bytes - (sizeAfterFirst[index] ?? 0))
    const row = (
      what: string,
      values: readonly number[],
      against: readonly number[],
      claim: number,
      unit: Measured['unit'] = 'ms',
    ): Measured => {
      const best = against.reduce((a, b) => ((values[a] ?? 0) <= (values[b] ?? 0) ? a : b))
      return {
        what,
        ours: values[0] ?? Number.NaN,
        unit,
        beside: { what: tools[best]?.name ?? '', value: values[best] ?? Number.NaN },
        claim: { atMost: claim, of: 'ratio' },
      }
    }
    const [, restic, borg] = [0, 1, 2]
    const both = [restic ?? 1, borg ?? 2]
    return [
      row('backup of 1 GB, first', first, [borg ?? 2], 1),
      row('backup of 1 GB, unchanged', unchanged, both, 1.2),
      row('bytes added by a change', added.map(mebi), [restic ?? 1], 1, 'MiB'),
      row('restore of 1 GB', restored, both, 0.8),
      row('check that reads all of 1 GB', checked, [restic ?? 1], 1),
      { ...row('backup of 1 GB, first', first, [3], 1), claim: { atMost: 20, of: 'ratio' } },
    ]
  } finally {
    await rm(site, { recursive: true, force: true })
  }
}

const mebi = (bytes: number) => bytes / 1024 / 1024

function toolsIn(site: string, data: string): Tool[] {
  const at = (name: string) => join(site, name)
  const ours = (deed: string, directory: string) => [node, ourBackup, deed, at('ours'), directory]
  return [
    {
      name: 'ours',
      repository: at('ours'),
      backup: ours('backup', data),
      restore: ours('restore', at('ours-back')),
      check: ours('check', data),
    },
    {
      name: 'restic',
      repository: at('restic'),
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
      backup: ['borg', 'create', '--compression', 'zstd,3', `${at('borg')}::{now:%s.%f}`, data],
      // The newest archive, found by its place: borg extracts into where it is called.
      restore: [
        ...[
          'sh',
          '-c',
          'mkdir "$1" && cd "$1" && borg extract "$2::$(borg list --last 1 --short "$2")"',
        ],
        ...['sh', at('borg-back'), at('borg')],
      ],
      check: ['borg', 'check', '--verify-data', at('borg')],
      env: { BORG_PASSPHRASE: 'bench', BORG_BASE_DIR: at('borg-home') },
    },
    {
      name: 'tar | zstd -3',
      repository: at('tar'),
      backup: [
        'sh',
        '-c',
        'tar -C "$1" -c . | zstd -3 -q -f -o "$2/all.tar.zst"',
        'sh',
        data,
        at('tar'),
      ],
      restore: [
        ...['sh', '-c', 'mkdir -p "$1" && zstd -dc "$2/all.tar.zst" | tar -C "$1" -x'],
        ...['sh', at('tar-back'), at('tar')],
      ],
      check: ['sh', '-c', 'zstd -t -q "$1/all.tar.zst"', 'sh', at('tar')],
    },
  ]
}

async function prepare({ name, repository, env }: Tool): Promise<void> {
  if (name === 'restic') await time(['restic', 'init', '--quiet'], env)
  else if (name === 'borg') await time(['borg', 'init', '--encryption', 'repokey', repository], env)
  else if (name !== 'ours') await mkdir(repository)
}

/** As a volume of Prometheus and Loki is: large files that do not compress, logs, small files. */
async function someData(data: string): Promise<void> {
  await mkdir(data)
  for (let index = 0; index < 48; index += 1)
    await writeFile(join(data, `block-${index}`), randomBytes(16 * 1024 * 1024))
  for (let index = 0; index < 16; index += 1) await writeFile(join(data, `log-${index}`), someLog())
  await mkdir(join(data, 'small'))
  for (let index = 0; index < 800; index += 1)
    await writeFile(join(data, 'small', `${index}.yml`), randomBytes(6_000).toString('base64'))
}

function someLog(): string {
  const lines: string[] = []
  for (let size = 0; size < 16 * 1024 * 1024; ) {
    const line = `level=info ts=${Date.now()} caller=head.go:${size % 997} id=${randomBytes(8).toString('hex')} msg="scrape finished" target=node-exporter:9100`
    lines.push(line)
    size += line.length + 1
  }
  return lines.join('\n')
}

/** What a compaction and a day of logs leave: some blocks are gone, others new. */
async function changeSome(data: string): Promise<void> {
  for (const index of [1, 2]) await rm(join(data, `block-${index}`))
  await writeFile(join(data, 'block-new'), randomBytes(24 * 1024 * 1024))
  for (const index of [1, 2, 3])
    await writeFile(join(data, 'small', `${index}.yml`), randomBytes(6_000).toString('base64'))
}

async function each(
  tools: readonly Tool[],
  measure: (tool: Tool) => Promise<number>,
): Promise<number[]> {
  const values: number[] = []
  for (const tool of tools) values.push(await measure(tool))
  return values
}

async function best(measure: () => Promise<number>): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round += 1) least = Math.min(least, await measure())
  return least
}

async function time(
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  const [program = '', ...args] = command
  const began = performance.now()
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2_000)
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}: ${said}`)
  return performance.now() - began
}
