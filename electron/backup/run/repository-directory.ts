import { join } from 'node:path'
import type { Stack } from '../../../shared/domain/stack.ts'

/** Where the snapshots of a stack lie; `dataDirectory` is our own in the user's data directory. */
export const repositoryDirectoryOf = (stack: Stack, dataDirectory: string): string =>
  stack.backup?.repository ?? join(dataDirectory, 'backups', stack.name)
