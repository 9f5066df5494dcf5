import { readFile, statfs } from 'node:fs/promises'
import { hostname, release, totalmem } from 'node:os'
import { expect, test } from 'vitest'
import type { Host } from '../../../shared/domain/host.ts'
import type { Reading } from '../../../shared/domain/reading.ts'
import { collected } from '../../../test/support/collected.ts'
import { mountPoints } from '../../adapters/procfs/machine-facts.ts'
import { hostWatcher } from './host.ts'

test('this machine, held against what Node and the kernel say', async () => {
  const readings = collected<Reading<Host>>()
  const directories = ['/var/lib/prometheus/not/there', '/proc/self', '/tmp']
  const watching = hostWatcher({ dataDirectories: () => directories })
  watching.start(readings.add)
  const reading = await readings.until(() => true)
  await watching.stop()
  if (reading.status === 'unknown') throw new Error(reading.failure.message)
  const host = reading.value
  expect(host).toMatchObject({ hostname: hostname(), kernel: release() })
  expect(host.memoryBytes).toBe(totalmem())
  expect(host.memoryUsedBytes).toBeGreaterThan(0)
  expect(host.memoryUsedBytes).toBeLessThan(host.memoryBytes)
  expect(host.cpuLoadRatio).toBeGreaterThanOrEqual(0)
  expect(host.cpuLoadRatio).toBeLessThanOrEqual(1)
  const btime = /^btime (\d+)$/m.exec(await readFile('/proc/stat', 'utf8'))?.[1]
  expect(host.bootTime).toBe(Number(btime))
  const mountOf = await mountPoints('/proc')
  expect(host.disks.map(({ mount }) => mount)).toContain(mountOf('/var/lib/prometheus'))
  for (const { mount, sizeBytes, freeBytes } of host.disks) {
    const { blocks, bsize } = await statfs(mount)
    expect(sizeBytes).toBe(blocks * bsize)
    expect(freeBytes).toBeLessThanOrEqual(sizeBytes)
  }
})

test('the mount of a path is the longest that contains it', async () => {
  const mountOf = await mountPoints('/proc')
  expect(mountOf('/proc/1/fd')).toBe('/proc')
  expect(mountOf('/process')).not.toBe('/proc')
})
