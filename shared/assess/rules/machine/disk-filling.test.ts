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

test('how fast it fills and when it is full is in the evidence, where that is known', () => {
  const disk = { mount: '/srv', sizeBytes: 100 * gib, freeBytes: 6 * gib, directories: ['/srv/p'] }
  const evidenceOf = (more: { fillsBytesPerHour?: number }) =>
    diskFilling(monitored({ host: aReading(aHost({ disks: [{ ...disk, ...more }] })) }))[0]
      ?.evidence
  expect(evidenceOf({ fillsBytesPerHour: 1.5 * gib })).toEqual({
    size: '100 GiB',
    free: '6.0 GiB (6 %)',
    fills: '1.5 GiB an hour',
    'full in': '4 h',
    holds: '/srv/p',
  })
  expect(evidenceOf({ fillsBytesPerHour: -gib })).toMatchObject({ fills: 'not in the last hour' })
  expect(Object.keys(evidenceOf({}) ?? {})).toEqual(['size', 'free', 'holds'])
})
