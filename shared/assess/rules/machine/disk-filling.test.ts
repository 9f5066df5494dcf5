import { expect, test } from 'vitest'
import { aReading } from '../../../../test/support/a-world.ts'
import { aHost, monitored } from '../../../../test/support/some-monitoring.ts'
import { diskFilling } from './disk-filling.ts'

const gib = 1024 ** 3
test.each([
  [500, 200, undefined],
  [4_000, 300, undefined],
  [100, 9, 'warning'],
  [100, 2, 'critical'],
  [0, 0, undefined],
])('a disk of %s GiB with %s free is %s', (size, free, severity) => {
  const disks = [{ mount: '/srv', sizeBytes: size * gib, freeBytes: free * gib }]
  const found = diskFilling(monitored({ host: aReading(aHost({ disks })) }))
  expect(found.map((finding) => finding.severity)).toEqual(severity ? [severity] : [])
})
