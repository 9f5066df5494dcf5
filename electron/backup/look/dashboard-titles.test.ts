import { expect, test } from 'vitest'
import type { SnapshotFile } from '../../../shared/domain/snapshot.ts'
import type { Repository } from '../repository/repository.ts'
import { browse } from './browse.ts'
import { dashboardTitles, withDashboardTitles } from './dashboard-titles.ts'

const component = 'grafana:odin/grafana'
const aFile = (path: string): SnapshotFile => ({
  ...{ component, path, type: 'file', mode: 0o600, uid: 0, gid: 0 },
  ...{ mtimeSeconds: 0, sizeBytes: 10, sha256: 'x', pack: 'p', member: path },
})
const files = [aFile('dashboards/gpu.json'), aFile('dashboards/heat.json'), aFile('folders/o.json')]
const signal = new AbortController().signal

/** Of a repository only what reads content. */
const readsAs = (contentOf: (path: string) => string) =>
  ({
    async read(
      wanted: SnapshotFile[],
      each: (one: SnapshotFile, content: unknown) => Promise<void>,
    ) {
      for (const one of wanted) await each(one, [Buffer.from(contentOf(one.path))])
    },
  }) as unknown as Repository

const titled = readsAs((path) =>
  JSON.stringify({ dashboard: { title: path.includes('gpu') ? 'Zone' : 'Attic' }, meta: {} }),
)
const locked = readsAs(() => {
  throw new Error('There is no key.')
})

test('dashboards are listed by what they are called, with the UID that names them', async () => {
  expect(await dashboardTitles(titled, files, signal)).toEqual([
    { component, path: 'dashboards/heat.json', uid: 'heat', title: 'Attic' },
    { component, path: 'dashboards/gpu.json', uid: 'gpu', title: 'Zone' },
  ])
  expect(await dashboardTitles(locked, files, signal)).toEqual([])
})

test('one that is broken costs the others no title, and late is as locked', async () => {
  const one = readsAs((path) =>
    path.includes('gpu') ? '{"dashb' : '{"dashboard":{"title":"Heat"},"meta":{}}',
  )
  expect((await dashboardTitles(one, files, signal)).map(({ title }) => title)).toEqual(['Heat'])
  expect(await dashboardTitles(locked, files, AbortSignal.abort())).toEqual([])
})

test('a list of a directory says them, and stands without them', async () => {
  const components = [{ id: component }] as never
  const entries = browse(files, components, `${component}/dashboards`)
  const shown = await withDashboardTitles(titled, files, entries, signal)
  expect(shown.map(({ name, title }) => [name, title])).toEqual([
    ['gpu.json', 'Zone'],
    ['heat.json', 'Attic'],
  ])
  expect(await withDashboardTitles(locked, files, entries, signal)).toEqual(entries)
})
