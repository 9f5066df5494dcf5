import type { Stats } from 'node:fs'
import { chmod, chown, mkdir, open, readFile, rename, stat, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncDirectory } from '../disk/sync-directory.ts'
import { temporaryFor } from '../disk/temporary-file.ts'
import {
  codeOf,
  configFileIn,
  currentContextIn,
  resolveConfigFile,
  whyInvalid,
} from './config-file.ts'
import { contextExists } from './context-store.ts'
import { firstValue, isKey, type Member, membersOf } from './json-text.ts'

const attempts = 5

/**
 * Makes `to` the current context in config.json, as `docker context use` does: a temporary
 * file beside the file that is behind all symlinks, renamed over it, with its mode and owner.
 * Unlike the CLI it changes nothing but `currentContext`: every other byte stays. It refuses
 * a file that it cannot parse, and a context that does not exist. Rejects with a sentence.
 */
export async function selectContext(given: { configDirectory: string; to: string }): Promise<void> {
  const { configDirectory, to } = given
  if (to !== 'default' && !(await contextExists(configDirectory, to))) {
    throw new Error(`There is no Docker context ${to} in ${configDirectory}.`)
  }
  const path = await resolveConfigFile(configDirectory)
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const before = await readIfThere(path)
    const text = withCurrentContext(before?.text ?? '', to, configFileIn(configDirectory))
    if (text === undefined) return
    if (await replaceFile(path, text, before?.stats)) return
  }
  throw new Error(`${path} is being written by others all the time; it was left alone.`)
}

/** The text with `to` selected; undefined when it says so already. Throws on a broken text. */
export function withCurrentContext(
  text: string,
  to: string,
  file = 'config.json',
): string | undefined {
  let first: ReturnType<typeof firstValue>
  let current: string | undefined
  try {
    first = firstValue(text)
    current = first && currentContextIn(first.value)
  } catch (error) {
    throw new Error(`${file} ${whyInvalid(error)}; it is left alone until it is mended.`)
  }
  if ((current || 'default') === to) return undefined
  if (first === undefined) return `{\n\t"currentContext": ${JSON.stringify(to)}\n}`
  const members = membersOf(text, first.start)
  const named = members.filter(isCurrentContext)
  if (to === 'default') return without(text, first.start)
  if (named.length > 0) return replaced(text, named, JSON.stringify(to))
  return appended(text, first.start, members, `"currentContext": ${JSON.stringify(to)}`)
}

const isCurrentContext = ({ key }: Member): boolean => isKey(key, 'currentContext')

function replaced(text: string, named: readonly Member[], value: string): string {
  return named.reduceRight(
    (edited, { valueStart, valueEnd }) =>
      edited.slice(0, valueStart) + value + edited.slice(valueEnd),
    text,
  )
}

/** Takes the member out, wherever it is, with the comma and the space that belong to it. */
function without(text: string, start: number): string {
  const members = membersOf(text, start)
  const index = members.findIndex(isCurrentContext)
  const member = members[index]
  if (member === undefined) return text
  const before = members[index - 1]
  const next = members[index + 1]
  if (!before && !next) {
    return `${text.slice(0, start)}{}${text.slice(text.indexOf('}', member.valueEnd) + 1)}`
  }
  const from = next ? member.start : (before?.valueEnd ?? member.start)
  return without(text.slice(0, from) + text.slice(next?.start ?? member.valueEnd), start)
}

/** Puts a member after the last one, indented as that one is. */
function appended(text: string, start: number, members: readonly Member[], member: string): string {
  const last = members.at(-1)
  if (last === undefined) {
    const end = text.indexOf('}', start)
    return `${text.slice(0, start)}{\n\t${member}\n}${text.slice(end + 1)}`
  }
  const previous = members.at(-2)
  const space = text.slice(
    previous ? text.indexOf(',', previous.valueEnd) + 1 : start + 1,
    last.start,
  )
  return `${text.slice(0, last.valueEnd)},${space}${member}${text.slice(last.valueEnd)}`
}

async function readIfThere(path: string): Promise<{ text: string; stats: Stats } | undefined> {
  try {
    const stats = await stat(path)
    return { text: await readFile(path, 'utf8'), stats }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw new Error(`${path} cannot be read: ${(error as Error).message}.`, { cause: error })
  }
}

/** False when somebody else wrote the file in the meantime. */
async function replaceFile(path: string, text: string, before: Stats | undefined) {
  const directory = dirname(path)
  const temporary = temporaryFor(path)
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    if (before) await keepModeAndOwner(temporary, before)
    if (!(await isStill(path, before))) {
      await unlink(temporary)
      return false
    }
    await rename(temporary, path)
  } catch (error) {
    await unlink(temporary).catch(() => {})
    const why = ['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error) ?? '')
      ? `${directory} is not writable`
      : (error as Error).message
    throw new Error(`${path} cannot be written: ${why}.`, { cause: error })
  }
  await syncDirectory(directory)
  return true
}

async function keepModeAndOwner(temporary: string, before: Stats): Promise<void> {
  // Giving a file away takes a right that most users lack; the CLI lets that pass as well.
  await chown(temporary, before.uid, before.gid).catch(() => {})
  await chmod(temporary, before.mode & 0o7777)
}

async function isStill(path: string, before: Stats | undefined): Promise<boolean> {
  const now = await stat(path).catch(() => undefined)
  return now?.ino === before?.ino && now?.mtimeMs === before?.mtimeMs && now?.size === before?.size
}
