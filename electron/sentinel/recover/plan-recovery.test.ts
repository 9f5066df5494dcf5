import { expect, test } from 'vitest'
import { known } from '../../../shared/domain/reading.ts'
import { aSituation } from '../../../test/support/a-situation.ts'
import { someMonitoring } from '../../../test/support/some-monitoring.ts'
import { driftedFiles } from './plan-recovery.ts'

test('what has drifted is told with who could read it when it was accepted', async () => {
  const accepted = { '/odin/.env': 'env', '/odin/conf': 'listing' }
  const baseline = {
    ...{ acceptedAt: 1, files: accepted, images: {}, configHashes: {}, jobs: [] },
    contents: { '/odin/.env': 'env', '/odin/conf/a.yml': 'a', '/odin/conf/b.yml': 'b' },
    modes: { '/odin/.env': 0o600, '/odin/conf/a.yml': 0o640 },
  }
  const monitoring = someMonitoring({ files: known([], 1) })
  const { files } = await driftedFiles(aSituation({ baseline, monitoring }), async () => null)
  expect(files).toEqual([
    { file: '/odin/.env', sha256: 'env', now: null, mode: 0o600 },
    { file: '/odin/conf/a.yml', sha256: 'a', now: null, mode: 0o640 },
    { file: '/odin/conf/b.yml', sha256: 'b', now: null },
  ])
})
