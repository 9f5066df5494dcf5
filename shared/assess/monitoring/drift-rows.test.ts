import { expect, it } from 'vitest'
import { aContainer, aReading, noReading } from '../../../test/support/a-world.ts'
import type { Baseline } from '../../domain/monitoring.ts'
import type { WatchedFile } from '../../domain/watched-file.ts'
import { driftRows } from './drift-rows.ts'

const baseline: Baseline = {
  acceptedAt: 0,
  files: { '/srv/a.yml': 'aa', '/srv/gone.yml': 'gg' },
  images: { 'odin/grafana': 'sha256:1' },
  configHashes: {},
  jobs: [],
}
const file = (path: string, sha256: string): WatchedFile => ({
  path,
  role: 'config',
  state: 'there',
  sha256,
})
const grafana = aContainer({ project: 'odin', service: 'grafana', imageId: 'sha256:2', labels: {} })

const states = (matter: Parameters<typeof driftRows>[0]) =>
  Object.fromEntries(driftRows(matter).map((row) => [`${row.what} ${row.subject}`, row.state]))

it('tells same, changed, new and missing apart', () => {
  const files = aReading([file('/srv/a.yml', 'aa'), file('/srv/new.yml', 'nn')])
  expect(states({ baseline, files, containers: [grafana] })).toEqual({
    'file /srv/a.yml': 'same',
    'file /srv/gone.yml': 'missing',
    'file /srv/new.yml': 'new',
    'image odin/grafana': 'changed',
    'compose odin/grafana': 'new',
  })
})

it('says nothing of what it cannot see, nor before anything was accepted', () => {
  const unseen = states({ baseline, files: noReading('other'), containers: undefined })
  expect(new Set(Object.values(unseen))).toEqual(new Set(['cannot-tell']))
  const files = aReading([file('/srv/a.yml', 'aa')])
  const early = states({ baseline: undefined, files, containers: [grafana] })
  expect(new Set(Object.values(early))).toEqual(new Set(['cannot-tell']))
})
