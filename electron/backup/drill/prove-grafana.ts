import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pipeline } from 'node:stream/promises'
import type { SnapshotComponent, SnapshotFile } from '../../../shared/domain/snapshot.ts'
import { sentenceOf } from '../../../shared/kit/sentence-of.ts'
import { counted } from '../run/say.ts'
import { type DrillSite, filesOf, type Proof, proof } from './drill-site.ts'

const database = 'grafana.db'
/** Whatever SQLite had not yet written into the database itself. */
const parts = [database, `${database}-wal`, `${database}-shm`, `${database}-journal`]

/** Where Grafana's database is in a volume; undefined in all others. */
export const grafanaDatabaseIn = (files: readonly SnapshotFile[]): SnapshotFile | undefined =>
  files.find(({ path, type }) => type === 'file' && path === database)

/** Opens Grafana's database as it was kept, and counts its dashboards against those of its API. */
export async function proveGrafana(site: DrillSite, volume: SnapshotComponent): Promise<Proof> {
  const { repository, directory, signal } = site
  const wanted = filesOf(site, volume).filter(({ path }) => parts.includes(path))
  try {
    await repository.read(
      wanted,
      (file, content) =>
        pipeline(content, createWriteStream(join(directory, basename(file.path)), { mode: 0o600 })),
      signal,
    )
    return judged(site, volume, lookInto(join(directory, database)))
  } finally {
    for (const part of parts) await rm(join(directory, part), { force: true })
  }
}

type Looked = { problem: string } | { dashboards: number }

function lookInto(path: string): Looked {
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(path, { readOnly: true })
    const [check] = db.prepare('PRAGMA integrity_check(1)').all() as { integrity_check: string }[]
    if (check?.integrity_check !== 'ok') return { problem: check?.integrity_check ?? 'no answer' }
    return { dashboards: dashboardsIn(db) }
  } catch (error) {
    return { problem: sentenceOf(error) }
  } finally {
    db?.close()
  }
}

/** Grafana 12 keeps them as resources, and the older table beside for a while. */
function dashboardsIn(db: DatabaseSync): number {
  const count = (from: string): number => {
    try {
      const [row] = db.prepare(`SELECT count(*) AS found FROM ${from}`).all()
      return Number(row?.['found'] ?? 0)
    } catch {
      // This version has no such table.
      return 0
    }
  }
  return Math.max(
    count('dashboard WHERE is_folder = 0'),
    count(`resource WHERE resource = 'dashboards'`),
  )
}

function judged({ entry, files }: DrillSite, volume: SnapshotComponent, looked: Looked): Proof {
  const users = (volume.facts['users'] ?? '').split(' ').map((user) => user.split(':')[0])
  const exported = entry.manifest.components.find(
    ({ kind, facts }) => kind === 'grafana' && users.includes(facts['service']),
  )
  const name = exported?.facts['service'] ?? volume.title
  if ('problem' in looked) {
    return proof({
      broken: [`The database of Grafana in ${volume.title} is not sound: ${looked.problem}.`],
    })
  }
  const { dashboards } = looked
  const expected = exported
    ? files.filter(
        ({ component, path }) =>
          component === exported.id && path.startsWith('dashboards/') && path.endsWith('.json'),
      ).length
    : undefined
  if (expected !== undefined && dashboards < expected) {
    return proof({
      broken: [
        `The database of Grafana ${name} has ${counted(dashboards, 'dashboard')}, its API gave ${expected}.`,
      ],
    })
  }
  return proof({
    held: [`the database of Grafana is sound with ${counted(dashboards, 'dashboard')}`],
    unproven:
      expected === undefined
        ? [`The dashboards of ${name} have no list to be counted against.`]
        : [],
  })
}
