import { expect, test } from 'vitest'
import { aReading, noon } from '../../../test/support/a-world.ts'
import { aGpu, gpuExporterSight, someMonitoring } from '../../../test/support/some-monitoring.ts'
import type { Exposition } from '../../domain/exporter-sight.ts'
import type { Gpus } from '../../domain/gpu.ts'
import type { MonitoringSights } from '../../domain/monitoring.ts'
import { monitoringView } from './monitoring-view.ts'

const viewOf = (different: Partial<MonitoringSights>) =>
  monitoringView({
    stack: 'odin',
    sights: someMonitoring(different),
    endpoints: {
      ...{ exporters: [], prometheus: [], alertmanager: [], grafana: [], loki: [] },
      ...{ shippers: [], unreachable: [] },
    },
    ports: [],
    drift: [],
    now: noon,
  })

const trouble: Gpus = {
  ...{ driverVersion: '', cards: [], history: {} },
  trouble: { kind: 'no-driver', message: 'The NVIDIA driver is not loaded.' },
}
const exposition: Exposition = {
  ...{ format: 'text', samples: 10, sizeBytes: 100, tookMs: 3, machine: {} },
  gpus: [{ uuid: 'GPU-1', name: 'NVIDIA H100', temperatureCelsius: 50 }],
}

test('where nvidia-smi tells of no card, exporters do, and it is said', () => {
  const exporters = [{ ...gpuExporterSight, exposition: aReading(exposition) }]
  const { gpus } = viewOf({ gpus: aReading(trouble), exporters })
  expect(gpus).toMatchObject({
    state: 'broken',
    sentence: 'The NVIDIA driver is not loaded. gpu-exporter tells of what is shown.',
    cards: [{ uuid: 'GPU-1', name: 'NVIDIA H100', temperatureCelsius: 50, history: [] }],
  })
})

test('and where it does, they are not asked', () => {
  const exporters = [{ ...gpuExporterSight, exposition: aReading(exposition) }]
  const cards = [aGpu({ uuid: 'GPU-own' })]
  const { gpus } = viewOf({
    gpus: aReading({ driverVersion: '595', cards, history: {} }),
    exporters,
  })
  expect(gpus).toMatchObject({ sentence: '1 card answers.', cards: [{ uuid: 'GPU-own' }] })
})

test('a disk that fills is told with when it will be full', () => {
  const host = someMonitoring().host
  if (host.status === 'unknown') throw new Error('the machine is known here')
  const disk = { mount: '/', sizeBytes: 100e9, freeBytes: 6e9, fillsBytesPerHour: 2e9 }
  const view = viewOf({ host: aReading({ ...host.value, disks: [disk] }) })
  expect(view.host?.disks[0]).toMatchObject({
    room: 'little',
    fullAt: new Date(noon + 3 * 3_600_000).toISOString(),
  })
  expect(view.files[0]).toMatchObject({ role: 'config', state: 'there' })
})
