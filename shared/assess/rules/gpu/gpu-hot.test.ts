import { expect, test } from 'vitest'
import { aReading } from '../../../../test/support/a-world.ts'
import { aGpu, monitored } from '../../../../test/support/some-monitoring.ts'
import type { Gpus } from '../../../domain/gpu.ts'
import { gpuHot } from './gpu-hot.ts'

const gpus = (different: Partial<Gpus>) =>
  monitored({ gpus: aReading({ driverVersion: '570', cards: [], history: {}, ...different }) })

test.each([
  [undefined, undefined],
  [84, undefined],
  [85, 'warning'],
  [93, 'critical'],
])('at %s °C it is %s', (temperatureCelsius, severity) => {
  const { temperatureCelsius: _, ...cold } = aGpu()
  const cards = [temperatureCelsius === undefined ? cold : { ...cold, temperatureCelsius }]
  expect(gpuHot(gpus({ cards })).map((finding) => finding.severity)).toEqual(
    severity ? [severity] : [],
  )
})
