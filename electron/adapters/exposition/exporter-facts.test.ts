import { expect, test } from 'vitest'
import { exporterFacts, wantedMetrics } from './exporter-facts.ts'
import { expositionParser } from './parse-exposition.ts'

function factsOf(...lines: string[]) {
  const facts = exporterFacts()
  const parser = expositionParser({ format: 'text', wanted: wantedMetrics, onSample: facts.add })
  parser.write(Buffer.from(`${lines.join('\n')}\n`))
  parser.end()
  return { machine: facts.machine(), gpus: facts.gpus() }
}

test('reads the machine from the node exporter', () => {
  const { machine, gpus } = factsOf(
    'node_memory_MemTotal_bytes 1.6e+10',
    'node_boot_time_seconds 1.7e+09',
    'node_uname_info{domainname="(none)",machine="x86_64",nodename="odin",release="6.1.0"} 1',
    'node_load1 3',
  )
  expect(machine).toEqual({
    memoryBytes: 16e9,
    bootTime: 1.7e9,
    hostname: 'odin',
    kernel: '6.1.0',
  })
  expect(gpus).toEqual([])
})

test('reads the memory of the machine from cAdvisor, and takes nonsense for nothing', () => {
  expect(factsOf('machine_memory_bytes{boot_id="x"} 8e+09').machine).toEqual({ memoryBytes: 8e9 })
  expect(factsOf('node_boot_time_seconds NaN', 'machine_memory_bytes 0').machine).toEqual({})
})

test('makes one card of what DCGM says in MiB and per cent', () => {
  const card = '{gpu="0",UUID="GPU-aa",pci_bus_id="1",device="nvidia0",modelName="L40S"}'
  const { gpus } = factsOf(
    `DCGM_FI_DEV_GPU_UTIL${card} 50`,
    `DCGM_FI_DEV_FB_USED${card} 100`,
    `DCGM_FI_DEV_FB_FREE${card} 800`,
    `DCGM_FI_DEV_FB_RESERVED${card} 124`,
    `DCGM_FI_DEV_GPU_TEMP${card} 41`,
    `DCGM_FI_DEV_POWER_USAGE${card} 70.5`,
  )
  expect(gpus).toEqual([
    {
      uuid: 'GPU-aa',
      name: 'L40S',
      utilisationRatio: 0.5,
      memoryUsedBytes: 104_857_600,
      memoryTotalBytes: 1_073_741_824,
      temperatureCelsius: 41,
      powerWatts: 70.5,
    },
  ])
})

test('leaves out what a card does not support', () => {
  const { gpus } = factsOf(
    'DCGM_FI_DEV_GPU_TEMP{UUID="GPU-aa"} 9223372036854775794',
    'DCGM_FI_DEV_POWER_USAGE{UUID="GPU-aa"} 140737488355328',
    'DCGM_FI_DEV_FB_USED{UUID="GPU-aa"} 2147483632',
    'DCGM_FI_DEV_GPU_UTIL{UUID="GPU-aa"} 7',
    'nvidia_smi_temperature_gpu{uuid="bb"} NaN',
  )
  expect(gpus).toEqual([{ uuid: 'GPU-aa', utilisationRatio: 0.07 }])
})

test('adds up the instances of a card that MIG has cut up, and lists them', () => {
  const instance = (id: number) =>
    `{UUID="GPU-aa",modelName="NVIDIA H100",GPU_I_PROFILE="1g.10gb",GPU_I_ID="${id}"}`
  const { gpus } = factsOf(
    `DCGM_FI_DEV_FB_USED${instance(1)} 1`,
    `DCGM_FI_DEV_FB_USED${instance(2)} 2`,
    `DCGM_FI_DEV_FB_FREE${instance(1)} 3`,
    `DCGM_FI_DEV_FB_FREE${instance(2)} 4`,
    `DCGM_FI_DEV_GPU_TEMP${instance(1)} 40`,
    `DCGM_FI_DEV_GPU_TEMP${instance(2)} 40`,
  )
  expect(gpus).toEqual([
    {
      uuid: 'GPU-aa',
      name: 'NVIDIA H100',
      migDevices: [
        {
          ...{ index: 0, profile: '1g.10gb' },
          ...{ memoryUsedBytes: 1_048_576, memoryTotalBytes: 4 * 1_048_576 },
        },
        {
          ...{ index: 1, profile: '1g.10gb' },
          ...{ memoryUsedBytes: 2 * 1_048_576, memoryTotalBytes: 6 * 1_048_576 },
        },
      ],
      memoryUsedBytes: 3 * 1_048_576,
      memoryTotalBytes: 10 * 1_048_576,
      temperatureCelsius: 40,
    },
  ])
})

test('reads nvidia_gpu_exporter, whose UUIDs lack what all others write', () => {
  const card = '{uuid="72f02a28-5140-325e-ba49-1ae77c6b4e30"}'
  const { gpus } = factsOf(
    `nvidia_smi_utilization_gpu_ratio${card} 0.61`,
    `nvidia_smi_memory_used_bytes${card} 1e9`,
    `nvidia_smi_memory_total_bytes${card} 1.6e10`,
    `nvidia_smi_temperature_gpu${card} 55`,
    `nvidia_smi_power_draw_watts${card} 210`,
  )
  expect(gpus).toEqual([
    {
      uuid: 'GPU-72f02a28-5140-325e-ba49-1ae77c6b4e30',
      utilisationRatio: 0.61,
      memoryUsedBytes: 1e9,
      memoryTotalBytes: 1.6e10,
      temperatureCelsius: 55,
      powerWatts: 210,
    },
  ])
})
