/** Turns the raw content of version `from` into that of version `from + 1`. */
export type Migration = {
  from: number
  /** What changed, for whoever reads this list. */
  what: string
  migrate: (content: Readonly<Record<string, unknown>>) => Record<string, unknown>
}

/**
 * Append only: one that has been released never changes. Version 1 is the first that
 * ever existed, so there is nothing to migrate from yet.
 */
export const stackFileMigrations: readonly Migration[] = []

/**
 * Brings raw content from its version to `to`, one step at a time. Undefined when the
 * chain has a gap, which means that the version is too old to be read.
 */
export function migrate(
  content: Readonly<Record<string, unknown>>,
  from: number,
  to: number,
  migrations: readonly Migration[] = stackFileMigrations,
): Record<string, unknown> | undefined {
  let migrated: Record<string, unknown> = { ...content }
  for (let version = from; version < to; version++) {
    const step = migrations.find((migration) => migration.from === version)
    if (!step) return undefined
    migrated = { ...step.migrate(migrated), version: version + 1 }
  }
  return migrated
}
