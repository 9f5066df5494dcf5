import { readdir, readFile, realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { Stack } from '../../../shared/domain/stack.ts'
import { renderStackFile } from '../../../shared/stack/render-stack-file.ts'
import { parseStackFile } from '../../../shared/stack/stack-file.ts'
import { problemsText } from '../../../shared/yaml/read-yaml.ts'
import { diskProblem } from '../../adapters/disk/disk-problem.ts'
import { keepCopy, writeWhole } from '../../adapters/disk/write-whole.ts'
import { watcher } from '../../observe/watcher.ts'
import { isStackPath, onlyNamed, usualFileOf } from './given-stacks.ts'
import { lastGoods } from './last-good.ts'
import { stackDirectories } from './stack-directories.ts'
import type { StackInForce } from './stack-in-force.ts'

type StackFilesParts = {
  /** Here are `stack.yaml` and `<name>.stack.yaml`. */
  configDirectory: string
  stateDirectory: string
  /** Only these, as given with `--stack`: files, or names of stacks among the usual files. */
  given?: readonly string[]
  /** Path or URL of the JSON Schema that a written file points editors to. */
  schema?: string
  settleMs?: number
  everyMs?: number
  now?: () => number
}

type WrittenStack = { file: string; text: string; keptCopy?: string }

/**
 * The stack files of this machine. A broken or vanished file never disarms anything: its
 * last good stack stays in force, also across restarts, and the problem says so. A file
 * that is gone is let go when its stack is found in another file, or by `letGo`.
 */
export interface StackFiles {
  /** Resolves once every file has been read. Tells only what is new. */
  start(listener: (stacks: readonly StackInForce[]) => void): Promise<void>
  lookNow(): Promise<void>
  stop(): Promise<void>
  inForce(): readonly StackInForce[]
  /** Where a stack of this name is, or would be, written. */
  fileFor(name: string): string
  /** The text that `write` would write. */
  render(stack: Stack): string
  /** Replaces the file whole; what was there before is kept as a copy in the state directory. */
  write(stack: Stack, file?: string): Promise<WrittenStack>
  /** Replaces the text of a stack's file by what `change` makes of it; a copy is kept as by `write`. */
  edit(name: string, change: (text: string) => string): Promise<WrittenStack>
  /** Stops guarding the stack of a file that is gone. */
  letGo(file: string): Promise<void>
}

export function stackFiles(parts: StackFilesParts): StackFiles {
  const now = parts.now ?? Date.now
  const given = parts.given?.filter(isStackPath).map((file) => resolve(file)) ?? []
  const names = parts.given?.filter((one) => !isStackPath(one)) ?? []
  const readsUsual = parts.given === undefined || names.length > 0
  const lasts = lastGoods(join(parts.stateDirectory, 'last-good'), now)
  const watches = stackDirectories(() => again())
  let again = () => {}
  let loaded: Promise<void> | undefined
  let all: readonly StackInForce[] = []
  let inForce: readonly StackInForce[] = []
  let told = ''

  const guard = watcher<readonly StackInForce[]>({
    source: 'stack-files',
    look,
    hints(ask) {
      again = ask
      return watches.stop
    },
    settleMs: parts.settleMs ?? 100,
    everyMs: parts.everyMs ?? 30_000,
    now,
  })

  async function look(): Promise<readonly StackInForce[]> {
    loaded ??= lasts.load()
    await loaded
    const usual: UsualFiles = readsUsual ? await findFiles(parts.configDirectory) : { files: [] }
    const files = [...new Set([...given, ...usual.files])]
    await watches.follow(await directoriesOf(files))
    const present = await Promise.all(files.map(readOne))
    const stacks = [...withoutTwins(present), ...(await vanished(present))]
    return usual.problem
      ? [...stacks, { file: parts.configDirectory, problem: usual.problem }]
      : stacks
  }

  function chosen(stacks: readonly StackInForce[]): readonly StackInForce[] {
    if (names.length === 0) return stacks
    const byFile = stacks.filter(({ file }) => given.includes(file))
    const byName = onlyNamed(stacks, names, parts.configDirectory)
    return [...new Set([...byFile, ...byName])]
  }

  async function readOne(file: string): Promise<StackInForce> {
    let text: string
    try {
      text = await readFile(file, 'utf8')
    } catch (error) {
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
      return missing
        ? gone(file)
        : invalid(file, diskProblem(error, file, 'It cannot be read').message)
    }
    const parsed = parseStackFile(text)
    if (!parsed.ok) return invalid(file, problemsText(parsed.error))
    await lasts.remember(file, text, parsed.value)
    return { file, stack: parsed.value }
  }

  function invalid(file: string, problem: string): StackInForce {
    const last = lasts.of(file)
    if (!last)
      return { file, problem: `${problem} No good version is known, so it guards nothing.` }
    return {
      file,
      stack: last.stack,
      problem: `${problem} The version read at ${last.readAt} stays in force.`,
    }
  }

  function gone(file: string): StackInForce {
    const last = lasts.of(file)
    if (!last) return { file, problem: 'There is no such file; adopt writes one.' }
    return {
      file,
      stack: last.stack,
      problem: `It is gone; the version read at ${last.readAt} stays in force. Put it back, adopt again, or remove ${last.keptAs} to let it go.`,
    }
  }

  /** Stacks whose file was in the directory that we read, and is no more. */
  async function vanished(present: readonly StackInForce[]): Promise<StackInForce[]> {
    if (!readsUsual) return []
    const missing = lasts
      .all()
      .filter(({ file }) => dirname(file) === parts.configDirectory)
      .filter(({ file }) => !present.some((one) => one.file === file))
    const renamed = missing.filter(({ stack }) =>
      present.some((one) => !one.problem && one.stack?.name === stack.name),
    )
    await Promise.all(renamed.map(({ file }) => lasts.forget(file)))
    return missing.filter((last) => !renamed.includes(last)).map(({ file }) => gone(file))
  }

  /** Directories of the files, and of what they link to, as links are replaced elsewhere. */
  async function directoriesOf(files: readonly string[]): Promise<string[]> {
    const real = await Promise.all(files.map((file) => realpath(file).catch(() => file)))
    const directories = [...files, ...real].map((file) => dirname(file))
    return readsUsual ? [parts.configDirectory, ...directories] : directories
  }

  function fileFor(name: string): string {
    if (given[0]) return given[0]
    const mine = all.find(({ stack }) => stack?.name === name)
    if (mine) return mine.file
    const first = join(parts.configDirectory, 'stack.yaml')
    const taken = all.some(({ file }) => file === first)
    return taken ? usualFileOf(name, parts.configDirectory) : first
  }

  const render = (stack: Stack) =>
    renderStackFile(stack, parts.schema === undefined ? {} : { schema: parts.schema })

  async function replace(file: string, text: string): Promise<WrittenStack> {
    const stamp = new Date(now()).toISOString().replace(/[-:]|\.\d+/g, '')
    const kept = join(parts.stateDirectory, 'kept')
    const exists = await readFile(file).then(
      () => true,
      (error) => (error as NodeJS.ErrnoException).code !== 'ENOENT',
    )
    const keptCopy = exists
      ? await keepCopy(file, kept, `${basename(file)}.bak-${stamp}`)
      : undefined
    await writeWhole(file, text, { mode: 0o644 })
    await guard.lookNow()
    return keptCopy === undefined ? { file, text } : { file, text, keptCopy }
  }

  return {
    async start(listener) {
      const first = Promise.withResolvers<void>()
      guard.start((reading) => {
        if (reading.status === 'known') {
          all = reading.value
          inForce = chosen(all)
          const state = JSON.stringify(inForce)
          if (state !== told) {
            told = state
            listener(inForce)
          }
        }
        first.resolve()
      })
      await first.promise
    },
    lookNow: guard.lookNow,
    stop: guard.stop,
    inForce: () => inForce,
    fileFor,
    render,
    write: (stack, wanted) =>
      replace(wanted === undefined ? fileFor(stack.name) : resolve(wanted), render(stack)),
    async edit(name, change) {
      const file = inForce.find(({ stack }) => stack?.name === name)?.file
      if (file === undefined) throw new Error(`There is no stack ${name}.`)
      const text = await readFile(file, 'utf8').catch((error) => {
        throw diskProblem(error, file, `${file} cannot be read`)
      })
      return replace(file, change(text))
    },
    async letGo(file) {
      await lasts.forget(resolve(file))
      await guard.lookNow()
    },
  }
}

/** `stack.yaml` first, then `<name>.stack.yaml` by name. No directory means no files. */
type UsualFiles = { files: string[]; problem?: string }

async function findFiles(directory: string): Promise<UsualFiles> {
  try {
    const names = await readdir(directory)
    const named = names.filter((name) => /^[^.].*\.stack\.yaml$/.test(name)).toSorted()
    const all = names.includes('stack.yaml') ? ['stack.yaml', ...named] : named
    return { files: all.map((name) => join(directory, name)) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { files: [] }
    return { files: [], problem: diskProblem(error, directory, 'It cannot be read').message }
  }
}

/** A name is the identity of a stack: the first file has it, the others say so. */
function withoutTwins(stacks: readonly StackInForce[]): StackInForce[] {
  const owners = new Map<string, string>()
  return stacks.map((one) => {
    if (!one.stack) return one
    const owner = owners.get(one.stack.name)
    if (owner === undefined) {
      owners.set(one.stack.name, one.file)
      return one
    }
    const problem = `The stack name ${one.stack.name} is already that of ${owner}, so this file guards nothing; give it another name.`
    return { file: one.file, problem }
  })
}
