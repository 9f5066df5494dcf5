import { expect, test } from 'vitest'
import { aReading, noReading } from '../../../../test/support/a-world.ts'
import { aGpu, monitored, monitoredStack } from '../../../../test/support/some-monitoring.ts'
import type { Gpu, Gpus, GpuTrouble } from '../../../domain/gpu.ts'
import { gpuUnavailable } from './gpu-unavailable.ts'

const gpus = (different: Partial<Gpus>) =>
  monitored({ gpus: aReading({ driverVersion: '570', cards: [], history: {}, ...different }) })

const card = (different: Partial<Gpu>) => gpus({ cards: [aGpu(different)] })

const trouble = (kind: GpuTrouble) => gpus({ trouble: { kind, message: 'its words\n\n' } })

test.each<[GpuTrouble, string]>([
  ['not-installed', 'nvidia-smi is not installed'],
  ['no-driver', 'the NVIDIA driver is not loaded'],
  ['silent', 'nvidia-smi does not answer any more'],
])('unavailable: %s', (kind, fact) => {
  expect(gpuUnavailable(trouble(kind))).toMatchObject([
    {
      sentence: `The GPU cannot be used: ${fact}, expected at least one card.`,
      evidence: { 'nvidia-smi says': 'its words' },
    },
  ])
})

test('a machine that has nothing to do with GPUs may have none', () => {
  const [prometheus, grafana] = monitoredStack.projects[0]?.starts[0]?.services ?? []
  const [project] = monitoredStack.projects
  if (!project || !prometheus || !grafana) throw new Error('no services')
  const starts = [{ files: [], envFiles: [], services: [prometheus, grafana] }]
  const stack = { ...monitoredStack, projects: [{ ...project, starts }] }
  expect(gpuUnavailable({ ...trouble('not-installed'), stack })).toEqual([])
  expect(gpuUnavailable(gpus({}))).toHaveLength(1)
  expect(gpuUnavailable(card({}))).toEqual([])
  expect(gpuUnavailable(monitored({ gpus: noReading('pending') }))).toEqual([])
})
