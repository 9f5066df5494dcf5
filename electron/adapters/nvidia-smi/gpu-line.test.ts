import { describe, expect, test } from 'vitest'
import { gpuFixture } from '../../../test/support/a-gpu-machine.ts'
import { fieldsInHelp, queryFor } from './gpu-fields.ts'
import { parseGpuLine, parseProcessLine } from './gpu-line.ts'
import { troubleOf, troubleOfSpawn } from './gpu-trouble.ts'

const query = queryFor(fieldsInHelp(gpuFixture('help-query-gpu.txt')))
const cards = gpuFixture('cards.csv').trim().split('\n')
const MiB = 1024 * 1024

describe('the fields', () => {
  const asked = (help: string) => queryFor(fieldsInHelp(help)).map(({ field }) => field)

  test('are those of the help, by the preferred name', () => {
    expect(asked(gpuFixture('help-query-gpu.txt'))).toEqual([
      ...['index', 'uuid', 'pci.bus_id', 'driver_version', 'count', 'utilization.gpu'],
      ...['memory.used', 'memory.total', 'temperature.gpu', 'power.draw', 'power.limit'],
      ...['fan.speed', 'mig.mode.current', 'name'],
    ])
  })

  test('have other names, or are not there, where the help says so', () => {
    expect(asked(gpuFixture('help-query-gpu-old.txt'))).toEqual([
      ...['index', 'gpu_uuid', 'gpu_bus_id', 'kmd_version', 'utilization.gpu', 'memory.used'],
      ...['memory.total', 'temperature.gpu', 'power.draw', 'enforced.power.limit', 'fan.speed'],
      'gpu_name',
    ])
  })

  test('are the preferred ones where the help is not understood', () => {
    expect(asked('Nothing of the kind.')).toEqual(query.map(({ field }) => field))
  })
})

describe('a card', () => {
  test('at rest', () => {
    expect(parseGpuLine(cards[0] ?? '', query)).toEqual({
      driverVersion: '595.71.05',
      count: 4,
      card: {
        index: 0,
        uuid: 'GPU-0d1ec0de-0000-4000-8000-000000000001',
        name: 'NVIDIA GeForce RTX 4080 SUPER',
        pciBusId: '00000000:01:00.0',
        asleep: false,
        utilisationRatio: 0,
        memoryUsedBytes: 612 * MiB,
        memoryTotalBytes: 16376 * MiB,
        temperatureCelsius: 41,
        powerWatts: 24.75,
        powerLimitWatts: 320,
        fanRatio: 0,
        processes: [],
      },
    })
  })

  test('with MIG says nothing of its utilisation, which is not zero', () => {
    const card = parseGpuLine(cards[2] ?? '', query)?.card
    expect(card).toMatchObject({ migEnabled: true, memoryUsedBytes: 10240 * MiB })
    expect(card).not.toHaveProperty('utilisationRatio')
    expect(card).not.toHaveProperty('fanRatio')
  })

  test('in trouble keeps its identity and the one value it has', () => {
    expect(parseGpuLine(cards[3] ?? '', query)?.card).toEqual({
      index: 3,
      uuid: 'GPU-0d1ec0de-0000-4000-8000-000000000004',
      name: 'NVIDIA H100 80GB HBM3',
      pciBusId: '00000000:42:00.0',
      asleep: false,
      memoryTotalBytes: 81559 * MiB,
      migEnabled: false,
      processes: [],
    })
  })

  test('with a comma in its name, and with units in spite of nounits', () => {
    const line = '0, GPU-1, 0:1:0.0, 595, 1, 7 %, 1 MiB, 2 MiB, 40, 3.5 W, 4 W, 5 %, [N/A], A, B'
    expect(parseGpuLine(line, query)?.card).toMatchObject({
      name: 'A, B',
      utilisationRatio: 0.07,
      memoryUsedBytes: MiB,
      powerWatts: 3.5,
    })
  })

  test.each([
    '',
    'index, uuid, pci.bus_id',
    gpuFixture('no-driver.rc9.txt').trim(),
    gpuFixture('lost.rc15.txt').trim(),
    'Unable to determine the device handle, for GPU, a, b, c, d, e, f, g, h, i, j, k, l, m',
  ])('is not what "%s" says', (line) => {
    expect(parseGpuLine(line, query)).toBeUndefined()
  })
})

test('processes', () => {
  const lines = gpuFixture('processes.csv').trim().split('\n')
  expect(lines.map((line) => parseProcessLine(line)?.process)).toEqual([
    { pid: 4711, name: '/usr/bin/ffmpeg', memoryBytes: 503 * MiB },
    { pid: 4712, name: '/opt/llm/serve, with a comma' },
    { pid: 4713, name: '', memoryBytes: 7484 * MiB },
  ])
  expect(parseProcessLine('No running processes found')).toBeUndefined()
})

describe('trouble', () => {
  const ending = (code: number | null, said: string) =>
    troubleOf({ code, signal: code === null ? 'SIGKILL' : null, said }).kind

  test.each([
    [9, 'no-driver.rc9.txt', 'no-driver'],
    [12, 'no-library.rc12.txt', 'no-library'],
    [18, 'mismatch.rc18.txt', 'version-mismatch'],
    [255, 'mismatch.rc18.txt', 'version-mismatch'],
    [15, 'lost.rc15.txt', 'lost'],
  ])('exit code %i with %s is %s', (code, file, kind) => {
    expect(ending(code, gpuFixture(file))).toBe(kind)
  })

  test.each([
    [9, 'no-driver'],
    [12, 'no-library'],
    [15, 'lost'],
    [4, 'no-permission'],
    [255, 'other'],
    [0, 'other'],
    [null, 'other'],
  ])('exit code %s alone is %s', (code, kind) => {
    expect(ending(code, '')).toBe(kind)
  })

  test('is said in a sentence, with its own words and not too many', () => {
    expect(troubleOf({ code: null, signal: 'SIGKILL', said: '' }).message).toBe(
      'nvidia-smi ended by SIGKILL.',
    )
    const { message } = troubleOf({ code: 255, signal: null, said: 'no '.repeat(1000) })
    expect(message).toMatch(/^nvidia-smi ended with exit code 255\. It says: no no/)
    expect(message.length).toBeLessThan(400)
  })

  test('of a spawn', () => {
    expect(troubleOfSpawn({ code: 'ENOENT' } as NodeJS.ErrnoException)?.kind).toBe('not-installed')
    expect(troubleOfSpawn({ code: 'EACCES' } as NodeJS.ErrnoException)?.kind).toBe('no-permission')
    expect(troubleOfSpawn({ code: 'EMFILE' } as NodeJS.ErrnoException)).toBeUndefined()
  })
})
