import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { beforeEach, expect, test } from 'vitest'
import { aBackupSource } from '../../../test/support/a-backup-source.ts'
import { aRepository, backUp, noSignal } from '../../../test/support/a-repository.ts'
import type { BackupSource } from '../sources/source.ts'
import type { DrillSite } from './drill-site.ts'
import { proveGrafana } from './prove-grafana.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'prove-grafana-'))
})

/** A database as Grafana 11 has it, in which some dashboards are. */
async function aDatabase(dashboards: number): Promise<Buffer> {
  const path = join(await mkdtemp(join(home, 'db-')), 'grafana.db')
  const db = new DatabaseSync(path)
  db.exec('CREATE TABLE dashboard (id INTEGER PRIMARY KEY, uid TEXT, is_folder INTEGER)')
  db.exec(`INSERT INTO dashboard (uid, is_folder) VALUES ('folder', 1)`)
  const add = db.prepare('INSERT INTO dashboard (uid, is_folder) VALUES (?, 0)')
  db.exec('BEGIN')
  for (let index = 0; index < dashboards; index += 1) add.run(`d${index}`)
  db.exec('COMMIT')
  db.close()
  return readFile(path)
}

const withFacts = (
  source: BackupSource,
  kind: BackupSource['kind'],
  facts: Record<string, string>,
) => ({
  ...source,
  kind,
  open: async (signal: AbortSignal) => ({ ...(await source.open(signal)), facts }),
})

async function prove(database: Uint8Array, exported?: number) {
  const repository = await aRepository(await mkdtemp(join(home, 'repository-')))
  const volume = withFacts(
    aBackupSource({ 'grafana.db': database, 'plugins/x': 'y' }, { id: 'volume:odin_grafana' }),
    'volume',
    { users: 'odin/grafana:/var/lib/grafana' },
  )
  const documents = Object.fromEntries(
    Array.from({ length: exported ?? 0 }, (_, index) => [`dashboards/d${index}.json`, '{}']),
  )
  const api = withFacts(
    aBackupSource({ ...documents, 'folders/a.json': '{}' }, { id: 'grafana:odin/grafana' }),
    'grafana',
    { service: 'odin/grafana' },
  )
  const entry = await backUp(repository, volume, ...(exported === undefined ? [] : [api]))
  const directory = await mkdtemp(join(home, 'drill-'))
  const files = await repository.files(entry.id)
  const site = { repository, entry, files, directory, signal: noSignal() } as unknown as DrillSite
  const [component] = entry.manifest.components
  if (!component) throw new Error('there is no volume in it')
  const found = await proveGrafana(site, component)
  expect(await readdir(directory)).toEqual([])
  return found
}

test('a sound database with the dashboards that its API gave is a proof', async () => {
  expect(await prove(await aDatabase(3), 3)).toEqual({
    held: ['the database of Grafana is sound with 3 dashboards'],
    broken: [],
    unproven: [],
  })
})

test('without a list of its API they are counted, and it is said', async () => {
  expect(await prove(await aDatabase(1))).toMatchObject({
    held: ['the database of Grafana is sound with 1 dashboard'],
    unproven: [expect.stringContaining('have no list to be counted against')],
  })
})

test('fewer dashboards than its API gave do not prove', async () => {
  expect(await prove(await aDatabase(2), 3)).toMatchObject({
    broken: ['The database of Grafana odin/grafana has 2 dashboards, its API gave 3.'],
  })
})

test('a database that was kept in the middle of a change does not prove', async () => {
  const whole = await aDatabase(2_000)
  const torn = Buffer.concat([whole.subarray(0, 4096), Buffer.alloc(whole.length - 4096, 7)])
  const { broken, held } = await prove(torn)
  expect(held).toEqual([])
  expect(broken[0]).toMatch(/^The database of Grafana in .* is not sound: /)
})
