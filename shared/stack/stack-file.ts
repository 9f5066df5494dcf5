import type { Stack } from '../domain/stack.ts'
import { err, ok, type Result } from '../kit/result.ts'
import { type FileKind, type FileProblem, shown } from '../yaml/problem-sentences.ts'
import { fitting, inOrder, readYaml } from '../yaml/read-yaml.ts'
import { type Migration, migrate, stackFileMigrations } from './migrations.ts'
import { currentVersion, duplicatesOf, stackFileSchema, stackOf } from './stack-schema.ts'

const kind: FileKind = {
  schema: stackFileSchema,
  called: 'a stack file',
  keys: 'version, name and home',
  whenEmpty: 'The file is empty, expected a stack; adopt writes one.',
}

/**
 * Reads a stack file whole or not at all: never with a part of it left out. Says all
 * that is wrong at once, in the order of the text. Never throws.
 */
export function parseStackFile(
  text: string,
  migrations: readonly Migration[] = stackFileMigrations,
): Result<Stack, FileProblem[]> {
  const read = readYaml(text, kind)
  if (!read.ok) return read
  const { content, problemAt: at } = read.value
  const version = content['version']
  if (version === undefined) {
    return err([at([], `version is missing, expected version: ${currentVersion}.`)])
  }
  if (typeof version !== 'number' || !Number.isInteger(version)) {
    return err([at(['version'], `version is ${shown(version)}, expected ${currentVersion}.`)])
  }
  if (version > currentVersion) {
    return err([
      at(
        ['version'],
        `version is ${version}, written by a newer Odin Sentinel; this one reads up to version ${currentVersion}.`,
      ),
    ])
  }
  const migrated = migrate(content, version, currentVersion, migrations)
  if (!migrated) {
    return err([
      at(
        ['version'],
        `version is ${version}, which is too old to be read; expected ${currentVersion}.`,
      ),
    ])
  }

  const parsed = fitting(stackFileSchema, kind, migrated, at)
  if (!parsed.ok) return parsed
  const duplicates = duplicatesOf(parsed.value)
  if (duplicates.length > 0) {
    return err(inOrder(duplicates.map(({ path, sentence }) => at(path, sentence, 'key'))))
  }
  return ok(stackOf(parsed.value))
}
