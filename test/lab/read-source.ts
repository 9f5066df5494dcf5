import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { connectHands } from '../../electron/adapters/docker/hands/connect-hands.ts'
import type { EngineParts } from '../../electron/backup/sources/engine/engine-parts.ts'
import {
  type EngineNoted,
  pendingCleanups,
} from '../../electron/backup/sources/engine/pending-cleanups.ts'
import { prometheusSource } from '../../electron/backup/sources/engine/prometheus.ts'
import { volumeSource } from '../../electron/backup/sources/engine/volume.ts'
import type { SourceItem } from '../../electron/backup/sources/source.ts'

// Reads one source to its end, as a process of its own on the lab's computer: there Prometheus can
// be asked, and it can be killed. It says what it does in lines of JSON.

/** What it is told, as JSON in its one argument. */
export type ReadOrder = {
  socket: string
  engine: EngineNoted
  stateDirectory: string
  mayStop: readonly string[]
  /** Files are put there. */
  into: string
  /** Waits for its death once the source is open. */
  isToDie?: boolean
} & ({ volume: string } | { project: string; service: string; url?: string })

export type ReadLine =
  | { type: 'opened'; consistency: string; facts: Record<string, string> }
  | ({ type: 'item' } & { item: Omit<SourceItem, 'open' | 'onRead' | 'known'>; sha256?: string })
  | { type: 'closed'; facts: Record<string, string>; gaps: readonly string[] }

async function readSource(order: ReadOrder, say: (line: ReadLine) => void): Promise<void> {
  const { socket, engine, stateDirectory, mayStop } = order
  const target = { kind: 'unix' as const, endpoint: engine.endpoint, path: socket }
  const hands = connectHands(target)
  const pending = pendingCleanups(stateDirectory)
  const parts: EngineParts = { hands, engine, pending, mayStop }
  const source =
    'volume' in order
      ? volumeSource({ ...parts, volume: order.volume })
      : prometheusSource({ ...parts, ...order })
  const opened = await source.open(new AbortController().signal)
  try {
    say({ type: 'opened', consistency: opened.consistency, facts: { ...opened.facts } })
    if (order.isToDie) await new Promise((resolve) => setTimeout(resolve, 3_600_000))
    for await (const { open, onRead, known: _, ...item } of opened.items) {
      const sha256 = open ? await keep(join(order.into, item.path), await open()) : undefined
      if (sha256 !== undefined) onRead?.(sha256)
      say({ type: 'item', item, ...(sha256 !== undefined && { sha256 }) })
    }
  } finally {
    await opened.close()
  }
  say({ type: 'closed', facts: { ...opened.facts }, gaps: opened.gaps() })
  hands.close()
}

async function keep(path: string, content: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256')
  const chunks: Buffer[] = []
  for await (const chunk of content) {
    hash.update(chunk)
    chunks.push(chunk)
  }
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, Buffer.concat(chunks))
  return hash.digest('hex')
}

if (import.meta.main) {
  const order = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as ReadOrder
  await readSource(order, (line) => process.stdout.write(`${JSON.stringify(line)}\n`))
}
