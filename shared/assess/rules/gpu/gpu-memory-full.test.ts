import { expect, test } from 'vitest'
import { aReading } from '../../../../test/support/a-world.ts'
import { aGpu, monitored } from '../../../../test/support/some-monitoring.ts'
import type { Gpu, Gpus } from '../../../domain/gpu.ts'
import { gpuMemoryFull } from './gpu-memory-full.ts'

const gib = 1024 ** 3

const gpus = (different: Partial<Gpus>) =>
  monitored({ gpus: aReading({ driverVersion: '570', cards: [], history: {}, ...different }) })

const card = (different: Partial<Gpu>) => gpus({ cards: [aGpu(different)] })

test.each([
  [14.5, 0],
  [15.9, 1],
])('%s of 16 GiB', (used, count) => {
  const processes = [
    { pid: 1, name: 'small' },
    { pid: 2, name: 'vllm', memoryBytes: 15 * gib },
  ]
  const found = gpuMemoryFull(card({ memoryUsedBytes: used * gib, processes }))
  expect(found).toHaveLength(count)
  if (found[0]) expect(found[0].evidence['processes']).toBe('vllm 15.0 GiB, small')
})
