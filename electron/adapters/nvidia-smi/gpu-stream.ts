import type { Gpu, GpuProcess } from '../../../shared/domain/gpu.ts'
import { fieldsInHelp, type GpuQuery, queryFor } from './gpu-fields.ts'
import { type CardLine, parseGpuLine, parseProcessLine, processFields } from './gpu-line.ts'
import { type NvidiaSmi, type SmiChild, type SmiEnd, startSmi } from './smi-child.ts'

const format = '--format=csv,noheader,nounits'
/** Lines of one round are written together. */
const togetherMs = 250

type FieldsParts = NvidiaSmi & {
  known: (query: GpuQuery) => void
  ended: (end: SmiEnd) => void
}

/** Asks once what this version of nvidia-smi can be asked for. */
export function askForFields({ known, ended, ...smi }: FieldsParts): SmiChild {
  const help: string[] = []
  return startSmi({
    ...smi,
    args: ['--help-query-gpu'],
    // What it says instead of its help is its help: the exit code tells which.
    line(text) {
      help.push(text)
      return false
    },
    ended(end, code) {
      if (code === 0) known(queryFor(fieldsInHelp(help.join('\n'))))
      else ended(end)
    },
  })
}

type GpuStreamParts = NvidiaSmi & {
  query: GpuQuery
  everySeconds: number
  /** Only these cards, by bus ID: asking for the others would wake them. */
  only?: readonly string[]
  /** All cards, once in each round. */
  round: (cards: readonly Gpu[], driverVersion: string) => void
  ended: (end: SmiEnd) => void
}

/** One nvidia-smi for as long as it lives: starting it anew for each round costs up to seconds. */
export function streamGpus(parts: GpuStreamParts): SmiChild {
  const { query, everySeconds, only, round, ended, ...smi } = parts
  let lines: CardLine[] = []
  let settling: NodeJS.Timeout | undefined

  function complete(): void {
    clearTimeout(settling)
    const cards = lines.map(({ card }) => card)
    const driverVersion = lines[0]?.driverVersion ?? ''
    lines = []
    if (cards.length > 0) round(cards, driverVersion)
  }

  function add(line: CardLine): void {
    if (lines.some(({ card }) => card.index === line.card.index)) complete()
    lines.push(line)
    const listed = Math.min(line.count ?? Number.POSITIVE_INFINITY, only?.length ?? line.count ?? 0)
    clearTimeout(settling)
    if (line.count !== undefined && lines.length >= listed) complete()
    else if (line.count === undefined) settling = setTimeout(complete, togetherMs)
  }

  const child = startSmi({
    ...smi,
    args: [
      `--query-gpu=${query.map(({ field }) => field).join(',')}`,
      format,
      ...idsOf(only),
      '-l',
      String(everySeconds),
    ],
    line(text) {
      const line = parseGpuLine(text, query)
      if (line) add(line)
      return line !== undefined
    },
    ended(end) {
      clearTimeout(settling)
      ended(end)
    },
  })
  return {
    stop() {
      clearTimeout(settling)
      return child.stop()
    },
  }
}

type ProcessStreamParts = NvidiaSmi & {
  everySeconds: number
  only?: readonly string[]
  /** Who computes, by UUID of the card. A round without anybody is silence. */
  round: (processes: ReadonlyMap<string, readonly GpuProcess[]>) => void
}

/** Its end is of no interest: the stream of the cards tells whether nvidia-smi works. */
export function streamProcesses(parts: ProcessStreamParts): SmiChild {
  const { everySeconds, only, round, ...smi } = parts
  let found = new Map<string, GpuProcess[]>()
  let settling: NodeJS.Timeout | undefined

  function complete(): void {
    const all = found
    found = new Map()
    round(all)
  }

  const child = startSmi({
    ...smi,
    args: [
      `--query-compute-apps=${processFields.join(',')}`,
      format,
      ...idsOf(only),
      '-l',
      String(everySeconds),
    ],
    line(text) {
      const line = parseProcessLine(text)
      if (!line) return false
      found.set(line.uuid, [...(found.get(line.uuid) ?? []), line.process])
      clearTimeout(settling)
      settling = setTimeout(complete, togetherMs)
      return true
    },
    ended: () => clearTimeout(settling),
  })
  return {
    stop() {
      clearTimeout(settling)
      return child.stop()
    },
  }
}

const idsOf = (only?: readonly string[]): string[] => (only ? [`--id=${only.join(',')}`] : [])
