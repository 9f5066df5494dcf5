// Stands where nvidia-smi is: answers its options from a scene file, and tells a new round at
// once when the scene changes, so that no test has to wait for its interval.
import { appendFileSync, readFileSync, watch } from 'node:fs'
import { basename, dirname } from 'node:path'

export type Scene = {
  /** The text of `--help-query-gpu`. */
  help: string
  /** By nvidia-smi's own names; what is not named is `[N/A]`. */
  cards: readonly Readonly<Record<string, string>>[]
  processes?: readonly Readonly<Record<string, string>>[]
  /** The whole text of `-L`, and of one report of `-q -x`. */
  list?: string
  report?: string
  /** Says this instead, and ends. */
  fails?: { code: number; stdout?: string; stderr?: string } | undefined
  /** Hangs, as it does when the driver hangs. */
  silent?: boolean
}

const [file = '', ...args] = process.argv.slice(2)
if (file !== '') answer()

function answer(): void {
  appendFileSync(`${file}.calls`, `${args.join(' ')}\n`)
  const gpuFields = fieldsOf('--query-gpu=')
  const processFields = fieldsOf('--query-compute-apps=')
  const scene = read()
  if (scene.silent) {
    setInterval(() => {}, 3_600_000)
    return
  }
  if (failed(scene)) return
  if (args.includes('--help-query-gpu')) {
    process.stdout.write(scene.help)
    return
  }
  if (args.includes('-L')) {
    process.stdout.write(scene.list ?? '')
    return
  }
  const unknown = gpuFields?.find((field) => !scene.help.includes(`"${field}"`))
  if (unknown !== undefined) {
    process.stdout.write(`Field "${unknown}" is not a valid field to query.\n\n`)
    process.exitCode = 2
    return
  }
  const only = args.find((arg) => arg.startsWith('--id='))?.slice('--id='.length)
  const tell = ({ cards, processes = [], report = '' }: Scene) => {
    if (args.includes('-x')) {
      process.stdout.write(report)
      return
    }
    const rows = gpuFields ? cards : processes
    const fields = gpuFields ?? processFields ?? []
    for (const row of rows) {
      const busId = row['pci.bus_id'] ?? row['gpu_bus_id'] ?? ''
      if (only && !only.split(',').some((id) => busId.endsWith(id))) continue
      process.stdout.write(`${fields.map((field) => row[field] ?? '[N/A]').join(', ')}\n`)
    }
  }
  const next = () => {
    const now = read()
    if (!now.silent && !failed(now)) tell(now)
  }
  // The watch first: a scene that changes in between is told by the first round.
  watch(dirname(file), (_, entry) => {
    if (entry === basename(file)) next()
  })
  next()
  setInterval(next, Number(args[args.indexOf('-l') + 1]) * 1000)
}

function failed({ fails }: Scene): boolean {
  if (!fails) return false
  process.stdout.write(fails.stdout ?? '')
  process.stderr.write(fails.stderr ?? '')
  process.exitCode = fails.code
  setImmediate(() => process.exit())
  return true
}

function read(): Scene {
  return JSON.parse(readFileSync(file, 'utf8')) as Scene
}

function fieldsOf(option: string): string[] | undefined {
  return args
    .find((arg) => arg.startsWith(option))
    ?.slice(option.length)
    .split(',')
}
