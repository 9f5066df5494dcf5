import { expect, test } from 'vitest'
import { aReading, noon } from '../../../../test/support/a-world.ts'
import { aGpu, monitored } from '../../../../test/support/some-monitoring.ts'
import type { Gpus, GpuTrouble } from '../../../domain/gpu.ts'
import { gpuLost } from './gpu-lost.ts'

const gpus = (different: Partial<Gpus>) =>
  monitored({ gpus: aReading({ driverVersion: '570', cards: [], history: {}, ...different }) })

const trouble = (kind: GpuTrouble) => gpus({ trouble: { kind, message: 'its words\n\n' } })

test('lost: nvidia-smi says so, or a card is not listed any more', () => {
  expect(gpuLost(trouble('lost'))).toMatchObject([{ subject: 'gpu:all', severity: 'critical' }])
  const history = { 'GPU-1': [{ at: noon }], 'GPU-2': [{ at: noon }] }
  expect(gpuLost(gpus({ cards: [aGpu()], history }))).toMatchObject([
    {
      subject: 'gpu:GPU-2',
      sentence: 'GPU GPU-2 is not listed any more, expected it to be there.',
    },
  ])
  expect(gpuLost(gpus({ history, trouble: { kind: 'no-driver', message: '' } }))).toEqual([])
})
