import { expect, test } from 'vitest'
import { aReading, noReading } from '../../../../test/support/a-world.ts'
import { aFile, monitored } from '../../../../test/support/some-monitoring.ts'
import type { WatchedFile } from '../../../domain/watched-file.ts'
import { configDrift } from './config-drift.ts'

const path = '/home/ada/odin/prometheus.yml'

const file = (different: Partial<WatchedFile>) => monitored({ files: aReading([aFile(different)]) })

test.each<[string, Partial<WatchedFile>, string | undefined]>([
  ['the same', {}, undefined],
  [
    'changed',
    { sha256: 'b'.repeat(64) },
    `${path} is not as it was accepted, expected the same content.`,
  ],
  ['gone', { state: 'missing' }, `${path} is gone, expected as accepted.`],
  ['nobody accepted it', { path: '/x', sha256: 'b' }, undefined],
  ['not to be read', { state: 'unreadable' }, undefined],
])('a configuration: %s', (_, different, sentence) => {
  const { sha256: _sha, ...rest } = aFile()
  const seen = different.state === 'unreadable' ? { ...rest, ...different } : aFile(different)
  expect(
    configDrift(monitored({ files: aReading([seen]) })).map((finding) => finding.sentence),
  ).toEqual(sentence ? [sentence] : [])
})

test('who uses it; files of Compose are another finding', () => {
  const other = 'b'.repeat(64)
  expect(configDrift(file({ sha256: other }))[0]?.evidence['used by']).toBe('odin/prometheus')
  for (const role of ['compose', 'env'] as const) {
    expect(configDrift(file({ sha256: other, role }))).toEqual([])
  }
})

test('without a baseline, or without a look, nothing has drifted', () => {
  const changed = file({ sha256: 'b'.repeat(64) })
  expect(configDrift({ ...changed, baseline: undefined } as never)).toEqual([])
  expect(configDrift(monitored({ files: noReading('other') }))).toEqual([])
})
